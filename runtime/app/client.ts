/** A client, as apps know it. What a runtime knows of it is in `member.ts`. */

/** One subscriber of a runtime. Plain data: it may be kept in a model. */
export interface Client<User = unknown> {
  /** Its name; not the secret by which it names itself, so that it may be shown. */
  readonly id: string;
  /** Who it is, as `authorize` answered. */
  readonly user: User;
}
