/** What an effect is from outside: nothing but the messages that it may send, and those only for the type. */

declare const carries: unique symbol;

/** What to do beside changing the model: a plain description, comparable in a test. */
export interface Effect<out Msg = never> {
  /** Only for the type: the messages that it may send. */
  readonly [carries]?: Msg;
}
