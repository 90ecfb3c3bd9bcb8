/**
 * Stands in the bundles for modules of Node that a package loads and is never made to use: see
 * `leave-out-builtins.ts`. What is exported here is all that is read of them then.
 */

/** undici asks whether a request body is one of Node's own messages: none is. */
export class IncomingMessage {}
/** undici's own limit stands in its options. */
export const maxHeaderSize = 16_384;
