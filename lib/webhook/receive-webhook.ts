import { isStrongSecret } from "../auth/prove-secret.ts";
import { FerryError, toFerryError } from "../base/error.ts";
import type { Secret } from "../base/secret.ts";
import type { DeliveryLedger } from "../state/delivery-ledger.ts";
import { isAuthentic } from "./authenticate.ts";
import { type BacklogPorts, type IsBacklogFull, watchBacklog } from "./backlog.ts";
import type { PushEvent } from "./push-event.ts";
import { type PushWorkPorts, pushRuns } from "./push-work.ts";
import { headerOf, type RawWebhook } from "./raw-webhook.ts";
import { checkBody, readWebhook, type WebhookOrigin } from "./read-webhook.ts";
import type { Sender } from "./sender.ts";
import { createPushStarter, type StartPushPorts } from "./start-push.ts";
import { jsonAnswer, problemAnswer, type WebhookAnswer } from "./webhook-answer.ts";

/** One address that webhooks are sent to. */
export interface WebhookRoute extends WebhookOrigin {
  /** @throws {FerryError} what resolving a reference throws. */
  readonly secret: () => Promise<Secret>;
}

/** Takes a line for the log. */
export type WebhookLog = (
  level: "info" | "warn" | "error",
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** What receiving webhooks works with. */
export interface WebhookPorts extends PushWorkPorts, StartPushPorts, BacklogPorts {
  /** By the last part of their path. */
  readonly routes: ReadonlyMap<string, WebhookRoute>;
  readonly deliveries: DeliveryLedger;
  readonly log: WebhookLog;
  readonly limits?: WebhookLimits;
}

/** How much is taken at once; what is beyond is answered 429. */
export interface WebhookLimits {
  /** Webhooks worked on in this process. Default: 64. */
  readonly webhooks?: number;
  /** Runs under way in all processes. Default: 1000. */
  readonly runs?: number;
}

/** Takes webhooks, and starts the runs that they ask for. */
export interface WebhookReceiver {
  /**
   * Answers a webhook; never throws. A 2xx is given once everything it asks for is entered in the
   * state table.
   *
   * @param route last part of the path it was sent to.
   */
  receive(route: string, raw: RawWebhook): Promise<WebhookAnswer>;
  /** Answers an event that the platform vouches for: who may call the function, it has decided. */
  deliver(sender: Sender, raw: RawWebhook): Promise<WebhookAnswer>;
}

const WEBHOOKS_MAX = 64;
const RUNS_MAX = 1_000;

/** Makes the receiver of a process. */
export function createWebhookReceiver(ports: WebhookPorts): WebhookReceiver {
  const { routes, limits = {}, log } = ports;
  const isBacklogFull = watchBacklog(ports, limits.runs ?? RUNS_MAX);
  const take = takeWith(ports, isBacklogFull);
  let underWay = 0;

  const bounded = async (
    fields: Readonly<Record<string, string>>,
    work: () => Promise<WebhookAnswer>,
  ): Promise<WebhookAnswer> => {
    if (underWay >= (limits.webhooks ?? WEBHOOKS_MAX))
      return refuse(flood("webhooks"), fields, log);
    underWay++;
    try {
      const answer = await work();
      log("info", "webhook.taken", { ...fields, status: answer.status, answer: answer.body });
      return answer;
    } catch (thrown) {
      return refuse(thrown, fields, log);
    } finally {
      underWay--;
    }
  };

  return {
    receive: (name, raw) =>
      bounded({ route: name }, async () => {
        const route = routes.get(name);
        if (route === undefined)
          throw refusal("WEBHOOK_UNKNOWN", "no webhooks entry has this path");
        checkMethod(raw);
        checkBody(raw);
        await authenticate(route, raw);
        return isOriginHandshake(raw) ? allowOrigin(raw) : take(name, route, raw);
      }),
    deliver: (sender, raw) =>
      bounded({ sender }, () => {
        const route = [...routes.values()].find((known) => known.sender === sender);
        return take(sender, route ?? { sender }, raw);
      }),
  };
}

type Take = (name: string, origin: WebhookOrigin, raw: RawWebhook) => Promise<WebhookAnswer>;

/** Makes what reads a webhook that is to be believed, and starts its runs. */
function takeWith(ports: WebhookPorts, isBacklogFull: IsBacklogFull): Take {
  const { deliveries } = ports;
  const start = createPushStarter(ports);
  const startAll = async (events: readonly PushEvent[], delivery: string | undefined) => {
    const works = await pushRuns(events, ports);
    if (works.length === 0) return jsonAnswer(200, { ignored: "nothing that a policy wants" });
    if (await isBacklogFull()) throw flood("runs under way");
    return jsonAnswer(202, { runs: await Promise.all(works.map((work) => start(work, delivery))) });
  };
  return async (name, origin, raw) => {
    const { events, ignored, deliveryId, reply } = readWebhook(raw, origin);
    if (ignored !== undefined) return jsonAnswer(200, reply ?? { ignored });
    if (deliveryId === undefined) return startAll(events, undefined);
    const delivery = `${name}\n${deliveryId}`;
    if (await deliveries.has(delivery)) return jsonAnswer(200, { ignored: "delivered before" });
    const answer = await startAll(events, delivery);
    if (answer.status === 202) await deliveries.note(delivery);
    return answer;
  };
}

function checkMethod(raw: RawWebhook): void {
  if (raw.method === "POST" || isOriginHandshake(raw)) return;
  throw refusal("WEBHOOK_METHOD", "the webhook was not sent by POST");
}

async function authenticate(route: WebhookRoute, raw: RawWebhook): Promise<void> {
  const secret = await route.secret();
  if (!isStrongSecret(secret)) {
    throw new FerryError(`the secret for webhooks of ${route.sender} is too short`, {
      code: "WEBHOOK_SECRET_WEAK",
      remedy: "fixInput",
      hint: "Make one of 16 characters or more: openssl rand -hex 32.",
    });
  }
  if (isAuthentic(route.sender, raw, secret)) return;
  throw refusal("WEBHOOK_UNAUTHENTIC", "the signature or secret is missing or wrong");
}

/** Senders of CloudEvents ask first whether they may (CloudEvents, *HTTP Web Hooks*, 4.1). */
function isOriginHandshake(raw: RawWebhook): boolean {
  return (
    raw.method === "OPTIONS" && /^[\w.:-]+$/.test(headerOf(raw, "webhook-request-origin") ?? "")
  );
}

function allowOrigin(raw: RawWebhook): WebhookAnswer {
  const origin = headerOf(raw, "webhook-request-origin") ?? "";
  return jsonAnswer(200, {}, { "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*" });
}

function refuse(
  thrown: unknown,
  fields: Readonly<Record<string, string>>,
  log: WebhookLog,
): WebhookAnswer {
  const answer = problemAnswer(thrown);
  const { code, message, hint } = toFerryError(thrown);
  const why = { code, reason: message, ...(hint !== undefined && { hint }) };
  log(answer.status < 500 ? "warn" : "error", "webhook.refused", {
    ...fields,
    status: answer.status,
    ...why,
  });
  return answer;
}

function refusal(code: string, message: string): FerryError {
  return new FerryError(message, { code, remedy: "fixInput" });
}

function flood(what: string): FerryError {
  return new FerryError(`there are too many ${what}`, { code: "WEBHOOK_FLOOD", remedy: "retry" });
}
