import { collect } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import type { FerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import { type RateLimit, rateLimitHeaders } from "../http/rate-limit-headers.ts";
import { type RetryOptions, retryByRemedy } from "../http/retry.ts";
import type { HttpHeaders, HttpResponse } from "../http/transport.ts";
import { registryError } from "./errors.ts";
import { capabilitiesOf } from "./host-capabilities.ts";
import { isStreamed, type RegistryCall, type RegistryClient } from "./registry-call.ts";
import { RegistryWire, type WireOptions } from "./registry-wire.ts";
import { type RedirectAuthorizer, sendAuthorized } from "./send-authorized.ts";
import { watchedResponse } from "./watched-response.ts";

/** What a client for one registry is made of. */
export interface RegistryClientOptions extends WireOptions {
  /** Name as it stands in references, `host[:port]` in normal form. */
  readonly registry: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Tries after the first one, per request; 5 when left out. */
  readonly retriesMax?: number;
  /** Longest pause a registry may ask for that is waited out; 5 minutes when left out. */
  readonly retryAfterMaxMs?: number;
  /** Longest wait for the next bytes of a blob; 30 seconds when left out. */
  readonly stallMs?: number;
  /** Rows of the vendor table to apply besides those that match the registry's name. */
  readonly quirks?: readonly string[];
  /** Hosts besides the registry's own that upload locations may lead to. */
  readonly uploadHosts?: readonly string[];
  /** For hosts that reads are redirected to and that want a token; such a 401 is final without. */
  readonly redirectAuthorizer?: RedirectAuthorizer;
  /** Told before each wait. */
  onRetry?(host: string, error: FerryError, delayMs: number): void;
  /** Told when the registry asks for a pause. */
  onThrottled?(host: string, pauseMs: number): void;
  /** Told when the registry says that few requests are left. */
  onRateLimit?(host: string, limit: RateLimit): void;
}

const RETRIES_MAX = 5;
const RETRY_AFTER_MAX_MS = 300_000;
const STALL_MS = 30_000;
/** Part of a request limit below which the registry is asked more slowly. */
const SCARCE = 0.05;

/** Makes the client of one registry. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { registry, clock, random, gate } = options;
  const { retriesMax = RETRIES_MAX, retryAfterMaxMs = RETRY_AFTER_MAX_MS } = options;
  const { stallMs = STALL_MS } = options;
  const wire = new RegistryWire(options);

  async function attempt(call: RegistryCall): Promise<HttpResponse> {
    const { response, url } = await sendAuthorized(wire, call, options.redirectAuthorizer);
    watchLimit(response.headers);
    if (isAnswer(response.status, call)) {
      gate.observe("ok");
      return response;
    }
    const fromStorage = url.origin !== wire.urlOf(call.target).origin;
    const { method, about } = call;
    const nowMs = clock.now();
    const facts = { registry, method, about, url, response, fromStorage, nowMs };
    const error = await registryError(facts);
    if (error.retryAfterMs !== undefined) slowDown(error.retryAfterMs);
    throw error;
  }

  function slowDown(pauseMs: number): void {
    gate.observe("throttled");
    options.onThrottled?.(registry, pauseMs);
    // A pause nobody here will wait out is the caller's to plan; others would hang in the gate.
    if (pauseMs <= retryAfterMaxMs) gate.pause(pauseMs);
  }

  function watchLimit(headers: HttpHeaders): void {
    const limit = rateLimitHeaders(headers);
    if (limit === undefined || limit.remaining > limit.limit * SCARCE) return;
    gate.observe("throttled");
    options.onRateLimit?.(registry, limit);
  }

  const patience: RetryOptions = {
    clock,
    random,
    attemptsMax: retriesMax + 1,
    retryAfterMaxMs,
    onRetry: (error, delayMs) => options.onRetry?.(registry, error, delayMs),
  };

  function retry<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return retryByRemedy(task, signal ? { ...patience, signal } : patience);
  }

  function send(call: RegistryCall): Promise<HttpResponse> {
    const once = call.once || isStreamed(call);
    return once ? attempt(call) : retry(() => attempt(call), call.signal);
  }

  return {
    registry,
    capabilities: capabilitiesOf(registry, options.quirks),
    uploadHosts: options.uploadHosts ?? [],
    url: (path) => wire.urlOf(path),
    send,
    open: async (call) => watchedResponse(await send(call), { clock, stallMs }),
    read: (call, bytesMax) =>
      retry(async () => {
        const { status, headers, body } = await attempt(call);
        return { status, headers, bytes: await collect(body, bytesMax) };
      }, call.signal),
    retry,
    renewAccess: async (repository) =>
      wire.authorizer.forget?.([{ kind: "repository", repository, actions: ["pull"] }]),
    pause: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
}

function isAnswer(status: number, call: RegistryCall): boolean {
  return (status >= 200 && status < 300) || call.expected?.includes(status) === true;
}
