/**
 * Stands in the bundles for Node's modules that packages load and that nothing here has them use:
 * `node:http2` and `node:http` for undici, `node:child_process` for commander. Loading those three
 * takes 25 ms and 4 MiB.
 *
 * These exports are all that is read of them while they are not used.
 */
export const constants: Readonly<Record<string, string>> = {};
/** undici asks whether a request body is one of Node's own messages: none is. */
export class IncomingMessage {}
/** undici's own limit stands in its options. */
export const maxHeaderSize = 16_384;
