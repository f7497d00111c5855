/**
 * Types of what the tests use of Deno's standard library. `deno.json` takes it from npm, where it comes without types, so that the
 * tests run wherever npm packages can be had. The official packages bring their own: to use those, point the `@std/...` lines of
 * `imports` at `jsr:@std/assert@^1` and `jsr:@std/http@^1/...`, and delete this file with the `types` line. No source changes.
 */

declare module "@std/assert" {
  /** What `assertThrows` and `assertRejects` look for: a class of errors, abstract ones too. */
  type ErrorClass<E> = abstract new (...args: never[]) => E;

  export class AssertionError extends Error {}

  export function assert(expression: unknown, message?: string): asserts expression;
  export function assertFalse(expression: unknown, message?: string): asserts expression is false | 0 | "" | null | undefined;
  export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
  export function assertInstanceOf<T>(
    actual: unknown,
    expected: abstract new (...args: never[]) => T,
    message?: string,
  ): asserts actual is T;
  export function assertNotInstanceOf<A, T>(
    actual: A,
    unexpected: abstract new (...args: never[]) => T,
    message?: string,
  ): asserts actual is Exclude<A, T>;

  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
  export function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;

  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, message?: string): void;
  export function assertObjectMatch(actual: object, expected: object, message?: string): void;

  export function assertThrows(run: () => unknown, message?: string): unknown;
  export function assertThrows<E extends Error = Error>(run: () => unknown, kind: ErrorClass<E>, includes?: string, message?: string): E;
  export function assertRejects(run: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
  export function assertRejects<E extends Error = Error>(
    run: () => PromiseLike<unknown>,
    kind: ErrorClass<E>,
    includes?: string,
    message?: string,
  ): Promise<E>;

  export function equal(a: unknown, b: unknown): boolean;
  export function fail(message?: string): never;
  export function unimplemented(message?: string): never;
  export function unreachable(message?: string): never;
}

declare module "@std/http/etag" {
  export interface ETagOptions {
    algorithm?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
    weak?: boolean;
  }
  export function eTag(entity: string | Uint8Array, options?: ETagOptions): Promise<string | undefined>;
  export function ifMatch(value: string | null, etag: string | undefined): boolean;
  export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;
}

declare module "@std/http/server-sent-event-stream" {
  export interface ServerSentEventMessage {
    comment?: string;
    event?: string;
    data?: string;
    id?: string | number;
    retry?: number;
  }
  export class ServerSentEventStream extends TransformStream<ServerSentEventMessage, Uint8Array> {}
}
