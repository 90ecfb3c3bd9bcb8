import type { FerryError } from "../../lib/base/error.ts";
import type { InvocationEnd } from "../../lib/runtime/pipeline.ts";
import type { Answer, Invocation } from "./invocation.ts";

/** Work that another invocation is to go on with. */
export type HandOn = Extract<InvocationEnd, { readonly kind: "handOn" }>;

/** How a platform delivers again; each does it in its own way. */
export interface Redelivery {
  /** Sees to it that another invocation goes on with the work. */
  handOn(invocation: Invocation, end: HandOn): Promise<Answer>;
  /**
   * Sees to what failed.
   *
   * @returns the answer in place of the error; `undefined` when the platform is to hear the error.
   */
  failed(invocation: Invocation, error: FerryError): Promise<Answer | undefined>;
}
