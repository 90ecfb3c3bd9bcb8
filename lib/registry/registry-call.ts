import type { Scope } from "../auth/authorizer.ts";
import type { CallOptions } from "../base/call-options.ts";
import type { HttpHeaders, HttpMethod, HttpResponse, RequestBody } from "../http/transport.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import type { CallSubject } from "./refusal-rules.ts";

/** One request to a registry, before it is authorized and retried. */
export interface RegistryCall extends CallOptions {
  readonly method: HttpMethod;
  readonly about: CallSubject;
  /** Path and query below the registry's origin, or a whole URL (an upload location). */
  readonly target: string | URL;
  /** What a token has to allow; empty for another host: nothing is sent to prove who we are. */
  readonly scopes: readonly Scope[];
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Statuses besides 2xx that are answers, not errors. */
  readonly expected?: readonly number[];
  /** One try only: the caller knows better when to repeat. */
  readonly once?: boolean;
}

/** An answer read to its end. */
export interface WholeResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** `undefined` when the body is over the limit. */
  readonly bytes: Uint8Array | undefined;
}

/** Speaks to one registry: authorized, paced, retried, and with refusals as errors. */
export interface RegistryClient {
  /** Name as it stands in references, `host[:port]`. */
  readonly registry: string;
  /** What this registry is known to do; shared by everything that uses the client. */
  readonly capabilities: HostCapabilities;
  /** Hosts besides the registry's own that upload locations may lead to. */
  readonly uploadHosts: readonly string[];
  /** The URL of a path below the origin requests go to; never leads elsewhere. */
  url(path: string): URL;
  /**
   * Sends a call; its answer has a 2xx status or an expected one.
   *
   * Calls without a body or with one at hand are retried by remedy; a streamed body is sent once.
   *
   * @throws {FerryError} what `registryError` makes of refusals, what transport and authorizer
   * throw, and `CREDENTIALS_RENEWED` (retry) when a streamed body came with an expired token.
   */
  send(call: RegistryCall): Promise<HttpResponse>;
  /** Sends a read whose body may be long: see `watchedResponse`. Throws as `send` does. */
  open(call: RegistryCall): Promise<HttpResponse>;
  /** Sends a call and reads its answer, both retried as one. Throws as `send` does. */
  read(call: RegistryCall, bytesMax: number): Promise<WholeResponse>;
  /** Repeats a task the way calls are repeated. */
  retry<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Has tokens for a repository issued anew: it was just made. */
  renewAccess(repository: string): Promise<void>;
  /** Waits before asking again for what ought to be there. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** One repository of a registry, and what its requests ask to be allowed. */
export interface RepositoryEndpoint {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly scopes: readonly Scope[];
}

/** Tells whether a call's body can be sent only once. */
export function isStreamed(call: RegistryCall): boolean {
  return call.body !== undefined && !(call.body instanceof Uint8Array);
}
