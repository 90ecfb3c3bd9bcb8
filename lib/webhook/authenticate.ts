import { isSecret, isSignature, type SignatureAlgorithm } from "../auth/prove-secret.ts";
import type { Secret } from "../base/secret.ts";
import { headerOf, type RawWebhook } from "./raw-webhook.ts";
import type { Sender } from "./sender.ts";

/** What one kind of proof says of a webhook; `absent`: the sender did not give it. */
type Verdict = "right" | "wrong" | "absent";

type Proof = (raw: RawWebhook, secret: Secret) => Verdict;

interface SignatureForm {
  readonly header: string;
  readonly algorithm: SignatureAlgorithm;
  readonly prefix?: string;
}

/** A request brings a handful of headers; more are not looked through. */
const HEADERS_MAX = 100;

/** A signature over the body's bytes. */
function signature({ header, algorithm, prefix = "" }: SignatureForm): Proof {
  return (raw, secret) => {
    const value = headerOf(raw, header);
    if (value === undefined) return "absent";
    const given = value.slice(prefix.length);
    const isRight = isSignature(secret, algorithm, { bytes: raw.body, given });
    return isRight && value.startsWith(prefix) ? "right" : "wrong";
  };
}

/** The secret in the address, for senders that can do nothing else. */
const inQuery: Proof = ({ query }, secret) => {
  const given = query.get("secret");
  if (given === null) return "absent";
  return isSecret(secret, given) ? "right" : "wrong";
};

/**
 * The secret in a header: who sets one chooses its name, so every header may be it. `Authorization`
 * may have a scheme; of `Basic` the password counts.
 */
const inHeader: Proof = (raw, secret) => {
  const values = [...raw.headers.values()].slice(0, HEADERS_MAX);
  const [scheme = "", credentials = ""] = (headerOf(raw, "authorization") ?? "").split(" ");
  if (scheme.toLowerCase() === "bearer") values.push(credentials);
  if (scheme.toLowerCase() === "basic") values.push(passwordOf(credentials));
  return values.filter((value) => isSecret(secret, value)).length > 0 ? "right" : "absent";
};

/** Artifactory sends the secret itself unless signing is on (JFrog docs, *Webhooks*). */
const inJfrogHeader: Proof = (raw, secret) => {
  const signed = signature({ header: "x-jfrog-event-auth", algorithm: "sha256" })(raw, secret);
  if (signed !== "wrong") return signed;
  return isSecret(secret, headerOf(raw, "x-jfrog-event-auth") ?? "") ? "right" : "wrong";
};

const hub = signature({ header: "x-hub-signature-256", algorithm: "sha256", prefix: "sha256=" });

const UNSIGNED: readonly Proof[] = [inHeader, inQuery];

/** What senders that can do better than a header or an address prove themselves by. */
const PROOFS: ReadonlyMap<Sender, readonly Proof[]> = new Map([
  ["github", [hub]],
  ["gitea", [signature({ header: "x-gitea-signature", algorithm: "sha256" }), hub]],
  ["jfrog", [inJfrogHeader]],
  ["nexus", [signature({ header: "x-nexus-webhook-signature", algorithm: "sha1" })]],
  [
    "generic",
    [signature({ header: "x-signature", algorithm: "sha256", prefix: "sha256=" }), ...UNSIGNED],
  ],
]);

/**
 * Tells whether a webhook was sent by somebody who knows the secret: by the sender's own kind of
 * proof, over the very bytes, in constant time. What is wrong is not made up for by what is right.
 */
export function isAuthentic(sender: Sender, raw: RawWebhook, secret: Secret): boolean {
  const verdicts = (PROOFS.get(sender) ?? UNSIGNED).map((proof) => proof(raw, secret));
  return verdicts.includes("right") && !verdicts.includes("wrong");
}

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}
