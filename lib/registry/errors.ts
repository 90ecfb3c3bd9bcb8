import { FerryError } from "../base/error.ts";
import { redactUrl } from "../http/redact-url.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import type { HttpMethod, HttpResponse } from "../http/transport.ts";
import { readErrorBody } from "./error-body.ts";
import { MissingContent } from "./missing-content.ts";
import { effectsFor } from "./quirks.ts";
import { type CallSubject, judgeRefusal, type Verdict } from "./refusal-rules.ts";

/** A refused request and its answer. */
export interface Refusal {
  /** Name of the registry, `host[:port]`. */
  readonly registry: string;
  readonly method: HttpMethod;
  readonly about: CallSubject;
  /** Where the answer came from. */
  readonly url: URL;
  readonly response: HttpResponse;
  /** The answer came from storage the registry redirected to. */
  readonly fromStorage: boolean;
  /** Wall clock, milliseconds; for dates in `Retry-After`. */
  readonly nowMs: number;
}

/** A registry that says "too many" without saying for how long is left alone this long. */
const PAUSE_MS = 5_000;

/** What storage answers to a link that has expired, or to a method it was not signed for. */
const STORAGE_REFUSALS: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * Makes an error of a refusal; reads at most 64 KiB of its body, except after a 416, whose body
 * some registries never finish.
 *
 * `MANIFEST_BLOB_UNKNOWN` carries the digests the registry named: see `missingDigests`.
 */
export async function registryError(refusal: Refusal): Promise<FerryError> {
  const { registry, method, about, url, response } = refusal;
  const { status } = response;
  const body = await bodyOf(response);
  const verdict =
    refusal.fromStorage && STORAGE_REFUSALS.has(status)
      ? storageRefused(method)
      : judgeRefusal({ method, about, status, body });
  const pauseMs = retryAfterMs(response.headers, refusal.nowMs);
  const hint = verdict.hint ?? hintFor(verdict.code, registry);
  const said = body.words === "" ? "" : `: ${body.words}`;
  return new FerryError(`${method} ${shown(url, about)}: ${status} ${verdict.code}${said}`, {
    code: verdict.code,
    ...waiting(verdict, pauseMs),
    status,
    ...(hint !== undefined && { hint }),
    ...(verdict.code === "MANIFEST_BLOB_UNKNOWN" && { cause: new MissingContent(body.digests) }),
  });
}

/** Another GET is given another link; a HEAD would be sent to the same one for GETs again. */
function storageRefused(method: HttpMethod): Verdict {
  return {
    code: "STORAGE_REFUSED",
    remedy: method === "HEAD" ? "giveUp" : "retry",
    hint: "The link to the storage behind the registry has expired or is refused.",
  };
}

/** The path of an upload session is a capability in itself, wherever it leads. */
function shown(url: URL, about: CallSubject): string {
  const isKnown = about !== "upload" || /\/blobs\/uploads\//.test(url.pathname);
  return isKnown ? redactUrl(url) : `${url.origin}/…`;
}

async function bodyOf(response: HttpResponse) {
  if (response.status !== 416) return readErrorBody(response.body);
  void response.discard();
  return { codes: [], words: "", text: "", digests: [] };
}

/** A peer that names a pause gets it, whether it says 429 or 503. */
function waiting(verdict: Verdict, pauseMs: number | undefined) {
  if (verdict.remedy === "retryAfter") {
    return { remedy: verdict.remedy, retryAfterMs: pauseMs ?? PAUSE_MS };
  }
  const asked = verdict.code === "SERVER_ERROR" && pauseMs !== undefined;
  return asked
    ? { remedy: "retryAfter" as const, retryAfterMs: pauseMs }
    : { remedy: verdict.remedy };
}

function hintFor(code: string, registry: string): string | undefined {
  if (code === "NAME_UNKNOWN") {
    const how = effectsFor(registry).createFirst ?? "or check its name and your permissions";
    return `Create the repository first, ${how}.`;
  }
  if (code === "CREDENTIALS_REFUSED") {
    return `Run imageferry login ${registry}; some registries answer so for unknown names, too.`;
  }
  if (code === "DENIED") {
    return `Log in to ${registry} with credentials that may do this: imageferry login ${registry}.`;
  }
  return undefined;
}
