/**
 * What browsers keep of the sessions of one route: texts that are sealed, each for one user. It must never seal for a user who cannot be told
 * again, nor open what is another's.
 */
import { TooLargeError } from "../continuity/seal.ts";
import { writeStructured } from "../continuity/structured.ts";
import { type OnError, report } from "./report.ts";
import { savedContext, type SavingSeals } from "./saving.ts";

/** What seals snapshots; `Sealer` is one. */
export interface Seals extends SavingSeals {
  /** What was sealed; undefined for what is refused. */
  open(token: string, options: { readonly context: string }): string | undefined;
  /** The same of what was sealed as bytes. */
  openBytes(sealed: Uint8Array, options: { readonly context: string }): string | undefined;
}

/** How tokens are made. */
export interface TokensOptions {
  /** Seals them; without it there are none. */
  readonly sealer?: Seals | undefined;
  /** How long each is good for, in ms. */
  readonly expires: number;
  readonly onError: OnError;
}

/** The tokens of one route. */
export class Tokens {
  readonly #options: TokensOptions;
  /** `onError` was told of a user that is no structured data. */
  #isUserTold = false;
  /** And of a model that is too large: one is seldom alone. */
  #isSizeTold = false;
  readonly #tooLarge = (error: TooLargeError): void => {
    if (!this.#isSizeTold) report(this.#options.onError, error, "snapshot");
    this.#isSizeTold = true;
  };

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** The user as a text, which a token is good for; undefined for one that cannot be told again, of which `onError` is told once. */
  contextOf(user: unknown): string | undefined {
    try {
      return writeStructured(user);
    } catch (error) {
      if (!this.#isUserTold) report(this.#options.onError, error, "authorize");
      this.#isUserTold = true;
      return undefined;
    }
  }

  /** Those of this user; undefined where there can be none. */
  of(user: unknown): UserTokens | undefined {
    const context = this.contextOf(user);
    const { sealer, expires } = this.#options;
    return sealer && context !== undefined ? new UserTokens(sealer, context, expires, this.#tooLarge) : undefined;
  }
}

/** The tokens of one user. */
export class UserTokens {
  readonly #tooLarge: (error: TooLargeError) => void;

  constructor(
    readonly sealer: Seals,
    /** What each is good for. */
    readonly context: string,
    /** How long, in ms. */
    readonly ms: number,
    tooLarge: (error: TooLargeError) => void,
  ) {
    this.#tooLarge = tooLarge;
  }

  /** A token of this text; undefined when it is too large, which is told already, unless this is a try. */
  seal(text: string, isTry = false): string | undefined {
    try {
      return this.sealer.seal(text, this);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      if (!isTry) this.#tooLarge(error);
      return undefined;
    }
  }

  /** The text of a token; undefined for what is refused. */
  open(token: string): string | undefined {
    return this.sealer.open(token, this);
  }

  /**
   * A text as it is saved under this key.
   *
   * @throws TooLargeError where it is too much even for that.
   */
  sealSaved(key: string, text: string): Uint8Array {
    return this.sealer.sealBytes(text, { context: savedContext(key, this.context), ms: this.ms });
  }

  /** The text of what was saved under this key; undefined for what is refused. */
  openSaved(key: string, value: Uint8Array): string | undefined {
    return this.sealer.openBytes(value, { context: savedContext(key, this.context) });
  }
}
