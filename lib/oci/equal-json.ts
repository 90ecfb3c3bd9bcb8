import { isDeepStrictEqual } from "node:util";

/**
 * Tells whether two manifests hold equal JSON, whatever their layout and order of keys; bytes that
 * are no JSON equal nothing.
 */
export function jsonEqual(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [parse(a), parse(b)];
  return left !== undefined && right !== undefined && isDeepStrictEqual(left, right);
}

function parse(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return value;
  } catch {
    return undefined;
  }
}
