import { Buffer } from "node:buffer";

/** An event as it travels: JSON in UTF-8. */
export function encodeEvent(event: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(event));
}
