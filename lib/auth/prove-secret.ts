import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../base/secret.ts";

/** What a signature is made with. */
export type SignatureAlgorithm = "sha256" | "sha1";

/** Characters below which a secret in a URL or header can be guessed. */
const SECRET_CHARS_MIN = 16;

/** Tells whether a secret is long enough to be all that keeps strangers out: 16 characters. */
export function isStrongSecret(secret: Secret): boolean {
  return secret.reveal().length >= SECRET_CHARS_MIN;
}

/** Tells whether `given` is the secret, in a time that tells nothing about it. */
export function isSecret(secret: Secret, given: string): boolean {
  return equalInConstantTime(secret.reveal(), given);
}

/** Tells whether `given` is the HMAC of `bytes` in lower-case hex under the secret, in constant time. */
export function isSignature(
  secret: Secret,
  algorithm: SignatureAlgorithm,
  signed: { readonly bytes: Uint8Array; readonly given: string },
): boolean {
  const right = createHmac(algorithm, secret.reveal()).update(signed.bytes).digest("hex");
  return equalInConstantTime(right, signed.given);
}

/** `timingSafeEqual` wants equal lengths, which hashes have whatever is compared. */
function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b));
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
