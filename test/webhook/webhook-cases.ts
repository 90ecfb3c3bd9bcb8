import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { Secret } from "../../lib/base/secret.ts";
import type { PushEvent } from "../../lib/webhook/push-event.ts";
import type { RawWebhook } from "../../lib/webhook/raw-webhook.ts";
import type { Sender } from "../../lib/webhook/sender.ts";

const FOLDER = new URL("../fixtures/webhooks/", import.meta.url);

interface Case {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly events: readonly (PushEvent & { readonly hostFrom?: string })[];
  readonly ignore?: string;
  readonly response?: { readonly status: number; readonly body: object };
}

/** A payload as its sender sends it, and what it means. */
export interface WebhookCase {
  readonly name: string;
  readonly sender: Sender;
  readonly raw: RawWebhook;
  readonly events: readonly PushEvent[];
  readonly ignored: boolean;
  readonly reply?: object;
}

const SENDER_OF: Readonly<Record<string, Sender>> = {
  "aliacr-eventbridge": "aliacr",
  "aliacr-personal": "aliacr",
  "azure-acr-delete": "azure",
  "azure-acr-ping": "azure",
  "azure-acr-push": "azure",
  "azure-eventgrid": "azure",
  "azure-eventgrid-validation": "azure",
  distribution: "distribution",
  dockerhub: "dockerhub",
  "ecr-eventbridge": "ecr",
  "ecr-eventbridge-untagged": "ecr",
  "gar-pubsub": "google",
  generic: "generic",
  "ghcr-package": "github",
  "gitea-package": "gitea",
  "gitea-package-deleted": "gitea",
  "github-ping": "github",
  "gitlab-registry": "gitlab",
  "harbor-v1-push": "harbor",
  "harbor-v2-cloudevents": "harbor",
  "harbor-v2-delete": "harbor",
  "harbor-v2-push": "harbor",
  "huawei-swr-ee": "swr",
  "jfrog-pushed": "jfrog",
  "nexus-component": "nexus",
  quay: "quay",
  "tencent-tcr": "tcr",
  "zot-cloudevents-binary": "zot",
};

const EXPECTED: { readonly secret: string; readonly cases: Readonly<Record<string, Case>> } =
  JSON.parse(readFileSync(new URL("expected.json", FOLDER), "utf8"));

/** What all cases are signed with. */
export const SECRET_TEXT = EXPECTED.secret;
export const SECRET = new Secret(SECRET_TEXT);

/** Senders whose proof covers the body. */
export const SIGNED: ReadonlySet<Sender> = new Set([
  "github",
  "gitea",
  "jfrog",
  "nexus",
  "generic",
]);

/** The digest that most of the payloads bear. */
export const DIGEST = "sha256:ffefde302c9066e0042a4c4bf63da9390eaeba695ad5d8b17fce411ba614b24b";

/** The payloads of the fixtures. */
export const CASES: readonly WebhookCase[] = Object.entries(EXPECTED.cases).map(
  ([name, { headers = {}, query, events, ignore, response }]) => {
    const sender = SENDER_OF[name];
    if (sender === undefined) throw new Error(`whose case is ${name}?`);
    return {
      name,
      sender,
      raw: {
        method: "POST",
        headers: new Map(Object.entries(headers)),
        query: new URLSearchParams(query),
        body: readFileSync(new URL(`${name}.json`, FOLDER)),
      },
      events: events.map(({ host, repo, tag, digest, action }) => ({
        ...{ host, repo, tag, digest, action },
      })),
      ignored: ignore !== undefined,
      ...(response && { reply: response.body }),
    };
  },
);

/** One case by its name. */
export function caseNamed(name: string): WebhookCase {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

/**
 * The payload of a case with other values, `undefined` for none, by their paths (`a.0.b`); whoever
 * signs it signs it anew.
 */
export function changed(name: string, values: Readonly<Record<string, unknown>>): WebhookCase {
  const one = caseNamed(name);
  const payload: unknown = JSON.parse(Buffer.from(one.raw.body).toString("utf8"));
  for (const [path, value] of Object.entries(values)) set(payload, path.split("."), value);
  return withBody(one, JSON.stringify(payload));
}

/** A case with another body; whoever signs it signs it anew. */
export function withBody(one: WebhookCase, body: string | Uint8Array): WebhookCase {
  return { ...one, raw: signed({ ...one.raw, body: Buffer.from(body) }) };
}

/** A case with other headers. */
export function withHeaders(
  one: WebhookCase,
  headers: Readonly<Record<string, string>>,
): WebhookCase {
  const all = new Map([...one.raw.headers, ...Object.entries(headers)]);
  return { ...one, raw: { ...one.raw, headers: all } };
}

/** A case sent to an address with this query. */
export function withQuery(one: WebhookCase, query: string): WebhookCase {
  return { ...one, raw: { ...one.raw, query: new URLSearchParams(query) } };
}

/** What it is, the case, and its events in a line each. */
export type Variant = readonly [string, WebhookCase, readonly string[]];

function set(within: unknown, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (typeof within !== "object" || within === null) throw new Error(`there is no ${key}`);
  if (rest.length === 0) Reflect.set(within, key, value);
  else set(Reflect.get(within, key), rest, value);
}

const SIGNATURES: ReadonlyMap<string, (body: Uint8Array) => string> = new Map([
  ["x-hub-signature-256", (body) => `sha256=${hmac("sha256", body)}`],
  ["x-gitea-signature", (body) => hmac("sha256", body)],
  ["x-signature", (body) => `sha256=${hmac("sha256", body)}`],
  ["x-jfrog-event-auth", (body) => hmac("sha256", body)],
  ["x-nexus-webhook-signature", (body) => hmac("sha1", body)],
]);

function signed(raw: RawWebhook): RawWebhook {
  const headers = [...raw.headers].map(([name, value]): [string, string] => [
    name,
    SIGNATURES.get(name.toLowerCase())?.(raw.body) ?? value,
  ]);
  return { ...raw, headers: new Map(headers) };
}

function hmac(algorithm: string, body: Uint8Array): string {
  return createHmac(algorithm, SECRET_TEXT).update(body).digest("hex");
}
