import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { FunctionLog } from "../observe/function-log.ts";
import { openService, type ServeOptions, type Service } from "../runtime/serve.ts";
import type { RawWebhook } from "../webhook/raw-webhook.ts";
import type { WebhookAnswer } from "../webhook/webhook-answer.ts";
import { jsonResponse } from "./json-response.ts";
import { formatListenAddress, type ListenAddress } from "./listen-on.ts";
import { openNodeHost } from "./node-host.ts";
import { openFace, type ServeFace } from "./serve-face.ts";

/** How a server runs. */
export interface ServeCall
  extends Pick<
    ServeOptions<ServeFace>,
    "env" | "home" | "state" | "authFile" | "userAgent" | "jobs" | "load"
  > {
  readonly listen: ListenAddress;
  /** What is under way gets so long to stop at a safe point, milliseconds. */
  readonly graceMs: number;
  readonly log: FunctionLog;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when the server is to stop. */
  readonly signal: AbortSignal;
  /** Has `reload` called when somebody asks for it. @returns ends that. */
  readonly onHangUp: (reload: () => void) => () => void;
}

/**
 * Serves API, pages, webhooks and timers with workers in this process, until the signal aborts.
 *
 * @throws {FerryError} `LISTEN_…`, and what `openService` throws.
 */
export async function serve(call: ServeCall): Promise<void> {
  const { log, clock, signal, graceMs } = call;
  let service: Service<ServeFace> | undefined;
  // The address first: a second server started by mistake must not begin to work.
  const host = await openNodeHost({
    ...{ listen: call.listen, clock },
    api: async (request) => (service === undefined ? starting() : service.face.handle(request)),
    webhook: async (route, raw) => receive(service, route, raw),
  });
  try {
    service = await openWithMetrics(call, () => service);
  } catch (thrown) {
    await host.close(0);
    throw thrown;
  }
  const { reload, stop } = service;
  const unhook = call.onHangUp(() => void reload());
  log.write("info", "serve.listening", { address: formatListenAddress(host.address) });
  await aborted(signal);
  unhook();
  log.write("info", "serve.stopping", { graceMs });
  const [inTime] = await Promise.all([stop(graceMs), host.close(graceMs)]);
  log.write(inTime ? "info" : "warn", "serve.stopped", { inTime });
}

async function openWithMetrics(
  call: ServeCall,
  current: () => Service<ServeFace> | undefined,
): Promise<Service<ServeFace>> {
  const { log, clock, random } = call;
  const { createMetrics } = await import("../observe/metrics.ts");
  const metrics = createMetrics({
    clock,
    requests: () => current()?.requests ?? new Map(),
    source: {
      runs: async (limit) => current()?.face.service.runs(limit) ?? [],
      policies: async () => current()?.face.service.policies() ?? [],
      registries: async () => current()?.face.service.registries() ?? [],
    },
  });
  const options = { metrics, log: log.write, clock, random };
  return openService({
    ...call,
    emit: metrics.sink,
    faceOf: (parts) => openFace(parts, options),
  });
}

async function receive(
  service: Service<ServeFace> | undefined,
  route: string,
  raw: RawWebhook,
): Promise<WebhookAnswer> {
  if (service !== undefined) return service.webhooks.receive(route, raw);
  const { status, headers } = starting();
  return { status, headers, body: "" };
}

/** Whoever asks before the configuration is loaded may come again. */
function starting() {
  const { status, headers, body } = jsonResponse(503, { status: "starting" });
  return { status, headers: { ...headers, "retry-after": "1" }, body };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
