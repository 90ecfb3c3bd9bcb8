import { toFerryError } from "../base/error.ts";

/** What the sender of a webhook is answered. */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** An answer by the code of an error. */
interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ["WEBHOOK_UNKNOWN", { status: 404, title: "There is no such webhook" }],
  [
    "WEBHOOK_METHOD",
    { status: 405, title: "Webhooks are sent by POST", headers: { Allow: "POST" } },
  ],
  [
    "WEBHOOK_UNAUTHENTIC",
    {
      status: 401,
      title: "The signature or secret is missing or wrong",
      headers: { "WWW-Authenticate": 'Bearer realm="webhooks"' },
    },
  ],
  ["WEBHOOK_TOO_LARGE", { status: 413, title: "The body is too large" }],
  ["WEBHOOK_TYPE", { status: 415, title: "The body has to be JSON" }],
  ["WEBHOOK_NOT_JSON", { status: 400, title: "The body is not JSON" }],
  ["WEBHOOK_NOT_UNDERSTOOD", { status: 400, title: "The body is no webhook of this sender" }],
  ["WEBHOOK_HOST_UNKNOWN", { status: 400, title: "The registry is not named" }],
  [
    "WEBHOOK_FLOOD",
    { status: 429, title: "Too many webhooks at once", headers: { "Retry-After": "10" } },
  ],
  ["INTERNAL", { status: 500, title: "Something went wrong" }],
]);

/** Everything else is a matter of what we work with: the sender may well try again. */
const UNAVAILABLE: Refusal = {
  status: 503,
  title: "The webhook cannot be taken now",
  headers: { "Retry-After": "10" },
};

/** An answer that is no refusal. */
export function jsonAnswer(
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): WebhookAnswer {
  return {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
    body: JSON.stringify(value),
  };
}

/**
 * The answer to what failed, as a problem document (RFC 9457) that tells a stranger no more than
 * the kind of the failure.
 */
export function problemAnswer(thrown: unknown): WebhookAnswer {
  const { status, title, headers } = REFUSALS.get(toFerryError(thrown).code) ?? UNAVAILABLE;
  const type = { "Content-Type": "application/problem+json" };
  return jsonAnswer(status, { title, status }, { ...type, ...headers });
}
