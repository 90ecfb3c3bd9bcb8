import { FerryError } from "../base/error.ts";
import { redactUrl } from "./redact-url.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** How far to follow. */
export interface RedirectOptions {
  /** Redirects followed at most; 5 when left out. */
  readonly hopsMax?: number;
}

/** The last answer, and the URL that gave it. */
export interface FollowedResponse {
  readonly response: HttpResponse;
  readonly url: URL;
}

const FOLLOWED_FOR_READS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const FOLLOWED_FOR_WRITES: ReadonlySet<number> = new Set([307, 308]);
const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/**
 * Sends a request and follows where the answer leads.
 *
 * Reads (GET, HEAD) are followed anywhere, without `authorization` and `cookie` once the origin
 * changes, and never from https to http. Writes are followed by 307 and 308 to the same origin
 * when their body can be sent again; any other answer is handed back as it came.
 *
 * @throws {FerryError} `REDIRECT_REFUSED` for a loop, too many hops, a downgrade to http or a
 * target that is not a web address; and whatever the transport throws.
 */
export async function sendFollowing(
  transport: Transport,
  request: HttpRequest,
  options: RedirectOptions = {},
): Promise<FollowedResponse> {
  const trail: Trail = { hopsMax: options.hopsMax ?? 5, visited: new Set() };
  for (let current = request; ; ) {
    const response = await transport.send(current);
    const location = response.headers.get("location");
    if (location === undefined || !mayFollow(current, response.status)) {
      return { response, url: current.url };
    }
    const url = targetOf(location, current.url);
    if (WRITES.has(current.method) && url?.origin !== current.url.origin) {
      return { response, url: current.url };
    }
    await response.discard();
    trail.visited.add(current.url.href);
    refuseBadTarget(url, current, trail);
    current = { ...current, url, headers: headersFor(url, current) };
  }
}

interface Trail {
  readonly hopsMax: number;
  /** Every URL that led elsewhere so far. */
  readonly visited: Set<string>;
}

function mayFollow(request: HttpRequest, status: number): boolean {
  if (!WRITES.has(request.method)) {
    return request.method !== "DELETE" && FOLLOWED_FOR_READS.has(status);
  }
  const canSendAgain = request.body === undefined || request.body instanceof Uint8Array;
  return canSendAgain && FOLLOWED_FOR_WRITES.has(status);
}

function targetOf(location: string, base: URL): URL | undefined {
  if (!URL.canParse(location, base.href)) return undefined;
  const url = new URL(location, base);
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

function refuseBadTarget(
  url: URL | undefined,
  from: HttpRequest,
  trail: Trail,
): asserts url is URL {
  const problem = problemOf(url, from.url, trail);
  if (problem === undefined) return;
  const target = url === undefined ? "" : ` to ${redactUrl(url)}`;
  throw new FerryError(
    `${from.method} ${redactUrl(from.url)}: redirect${target} not followed: ${problem}`,
    {
      code: "REDIRECT_REFUSED",
      remedy: "giveUp",
      hint: "The registry or a proxy before it sends its clients astray; check its external URL.",
    },
  );
}

function problemOf(url: URL | undefined, from: URL, trail: Trail): string | undefined {
  if (url === undefined || !/^https?:$/.test(url.protocol)) return "it is not a web address";
  if (from.protocol === "https:" && url.protocol === "http:") return "it leads from https to http";
  if (trail.visited.has(url.href)) return "it leads round in a circle";
  if (trail.visited.size > trail.hopsMax) return `it is one of more than ${trail.hopsMax}`;
  return undefined;
}

function headersFor(url: URL, from: HttpRequest): Readonly<Record<string, string>> {
  const { authorization: _, cookie: __, ...anonymous } = from.headers ?? {};
  return url.origin === from.url.origin ? (from.headers ?? {}) : anonymous;
}
