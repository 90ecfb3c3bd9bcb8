import type { HttpHeaders } from "./transport.ts";

/** What a registry lets us do, as it tells in its answers. */
export interface RateLimit {
  /** Requests in one window. */
  readonly limit: number;
  /** Requests left in the current one. */
  readonly remaining: number;
  /** Length of the window; left out when the registry does not tell. */
  readonly windowMs?: number;
}

/**
 * Reads `RateLimit-Limit` and `RateLimit-Remaining` as Docker Hub sends them (`100;w=21600`), or
 * the older `X-RateLimit-…` pair.
 *
 * @returns `undefined` when the answer says nothing usable.
 */
export function rateLimitHeaders(headers: HttpHeaders): RateLimit | undefined {
  return read(headers, "ratelimit") ?? read(headers, "x-ratelimit");
}

function read(headers: HttpHeaders, prefix: string): RateLimit | undefined {
  const limitText = headers.get(`${prefix}-limit`);
  if (limitText === undefined) return undefined;
  const limit = leadingNumber(limitText);
  const remaining = leadingNumber(headers.get(`${prefix}-remaining`));
  if (limit === undefined || remaining === undefined) return undefined;
  const windowSeconds = /;\s*w=(\d{1,9})\b/.exec(limitText)?.[1];
  return {
    limit,
    remaining,
    ...(windowSeconds !== undefined && { windowMs: Number(windowSeconds) * 1000 }),
  };
}

function leadingNumber(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,15})\s*(?:$|[;,])/.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
