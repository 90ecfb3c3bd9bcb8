import { describe, expect, it } from "vitest";
import { headersOf } from "../../lib/http/headers.ts";
import type { HttpMethod, HttpResponse } from "../../lib/http/transport.ts";
import { type Refusal, registryError } from "../../lib/registry/errors.ts";
import { missingDigests } from "../../lib/registry/missing-content.ts";
import type { CallSubject } from "../../lib/registry/refusal-rules.ts";

const NOW = Date.UTC(2026, 10, 1);
const MANIFEST = "https://h.test/v2/a/b/manifests/v1";
const UPLOAD = "https://h.test/v2/a/b/blobs/uploads/4711-secret?_state=hidden";
const BLOB = "https://h.test/v2/a/b/blobs/sha256:00";

function refusal(status: number, body: string, facts: Partial<Refusal> = {}): Refusal {
  return {
    registry: "h.test",
    method: "PUT",
    about: "manifest",
    url: new URL(MANIFEST),
    response: responseOf(status, body),
    fromStorage: false,
    nowMs: NOW,
    ...facts,
  };
}

function responseOf(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: headersOf(headers),
    body: (async function* () {
      yield Buffer.from(body);
    })(),
    discard: async () => undefined,
  };
}

function said(code: string, message = "words", detail?: unknown): string {
  return JSON.stringify({ errors: [{ code, message, detail }] });
}

const DIGEST = `sha256:${"a".repeat(64)}`;
const QUOTA = "adding 5 MiB, which will exceed the configured upper limit of 1 MiB";
const ECR_IMMUTABLE =
  "The image tag 'v1' already exists in the 'a/b' repository and cannot be overwritten because the repository is immutable.";

/** method, about, status, body → code, remedy */
type Row = readonly [HttpMethod, CallSubject, number, string, string, string];

const ROWS: readonly Row[] = [
  ["GET", "ping", 400, "Client sent an HTTP request to an HTTPS server.\n", "TLS_PORT", "fixInput"],
  [
    "GET",
    "ping",
    400,
    "<html>The plain HTTP request was sent to HTTPS port</html>",
    "TLS_PORT",
    "fixInput",
  ],
  ["GET", "manifest", 401, said("UNAUTHORIZED"), "CREDENTIALS_REFUSED", "authenticate"],
  ["GET", "manifest", 403, said("DENIED"), "DENIED", "authenticate"],
  ["GET", "manifest", 403, said("TOOMANYREQUESTS"), "RATE_LIMITED", "retryAfter"],
  ["GET", "manifest", 429, "slow down", "RATE_LIMITED", "retryAfter"],
  ["GET", "manifest", 404, said("MANIFEST_UNKNOWN"), "MANIFEST_UNKNOWN", "giveUp"],
  ["GET", "manifest", 404, said("NAME_UNKNOWN"), "NAME_UNKNOWN", "giveUp"],
  ["GET", "blob", 404, "", "BLOB_UNKNOWN", "giveUp"],
  ["GET", "listing", 404, "", "NAME_UNKNOWN", "giveUp"],
  ["POST", "upload", 404, said("NAME_UNKNOWN"), "NAME_UNKNOWN", "fixInput"],
  ["POST", "upload", 404, "404 page not found", "NAME_UNKNOWN", "fixInput"],
  ["POST", "upload", 401, said("UNAUTHORIZED", "project x not found"), "NAME_UNKNOWN", "fixInput"],
  ["PUT", "upload", 404, said("BLOB_UPLOAD_UNKNOWN"), "UPLOAD_UNKNOWN", "retry"],
  ["PATCH", "upload", 404, said("BLOB_UPLOAD_INVALID"), "UPLOAD_UNKNOWN", "retry"],
  ["PUT", "upload", 404, "not found", "UPLOAD_REFUSED", "retry"],
  ["PUT", "upload", 400, said("DIGEST_INVALID"), "DIGEST_REFUSED", "retry"],
  ["PATCH", "upload", 416, "", "RANGE_NOT_SATISFIABLE", "retry"],
  ["PUT", "upload", 413, "<html><h1>413</h1></html>", "TOO_LARGE", "giveUp"],
  ["PUT", "upload", 403, said("DENIED", QUOTA), "QUOTA_EXCEEDED", "giveUp"],
  ["PUT", "upload", 507, "", "QUOTA_EXCEEDED", "giveUp"],
  ["PUT", "upload", 405, "", "UNSUPPORTED", "giveUp"],
  ["PUT", "upload", 501, "", "UNSUPPORTED", "giveUp"],
  ["PUT", "manifest", 400, said("MANIFEST_BLOB_UNKNOWN"), "MANIFEST_BLOB_UNKNOWN", "giveUp"],
  ["PUT", "manifest", 404, said("BLOB_UNKNOWN"), "MANIFEST_BLOB_UNKNOWN", "giveUp"],
  ["PUT", "manifest", 404, said("MANIFEST_UNKNOWN"), "MANIFEST_BLOB_UNKNOWN", "giveUp"],
  ["PUT", "manifest", 500, said("MANIFEST_BLOB_UNKNOWN"), "MANIFEST_BLOB_UNKNOWN", "giveUp"],
  ["PUT", "manifest", 400, said("TAG_INVALID", ECR_IMMUTABLE), "TAG_IMMUTABLE", "giveUp"],
  [
    "PUT",
    "manifest",
    412,
    said("PRECONDITION", "configured as immutable."),
    "TAG_IMMUTABLE",
    "giveUp",
  ],
  ["PUT", "manifest", 409, said("TAG_IMMUTABLE", "no"), "TAG_IMMUTABLE", "giveUp"],
  ["PUT", "manifest", 400, said("MANIFEST_INVALID"), "MANIFEST_REJECTED", "giveUp"],
  ["PUT", "manifest", 415, "", "MANIFEST_REJECTED", "giveUp"],
  [
    "PUT",
    "manifest",
    403,
    said("DENIED", "unknown manifest class for application/vnd.oci.empty.v1+json"),
    "MANIFEST_REJECTED",
    "giveUp",
  ],
  ["PUT", "manifest", 405, said("DENIED", "no", { is_readonly: true }), "READ_ONLY", "retry"],
  ["PUT", "manifest", 400, said("NAME_INVALID"), "NAME_NOT_ALLOWED", "fixInput"],
  ["GET", "listing", 400, said("UNSUPPORTED"), "UNSUPPORTED", "giveUp"],
  ["GET", "listing", 400, "", "REQUEST_REFUSED", "giveUp"],
  ["GET", "listing", 302, "", "REQUEST_REFUSED", "giveUp"],
  ...[408, 425, 499, 500, 502, 503, 504, 520, 522, 524].map(
    (status): Row => ["GET", "blob", status, "<html>oops</html>", "SERVER_ERROR", "retry"],
  ),
];

describe("registryError", () => {
  it.each(ROWS)("%s %s %i %s → %s, %s", async (method, about, status, body, code, remedy) => {
    const error = await registryError(refusal(status, body, { method, about }));
    expect(error).toMatchObject({ code, remedy, status });
  });

  it("names request, status and the registry's words", async () => {
    const error = await registryError(refusal(403, said("DENIED", "no push for you")));
    expect(error.message).toBe(`PUT ${MANIFEST}: 403 DENIED: no push for you`);
    expect(error.hint).toContain("imageferry login h.test");
  });

  it.each([
    ['{"code":"DENIED","message":"bare"}', "bare"],
    ['{"error":"just text"}', "just text"],
    ['{"error":{"message":"nested"}}', "nested"],
    ['{"details":"in details"}', "in details"],
    ['{"errors":[{"code":"A","message":"one"},{"code":"B","message":"two"}]}', "one; two"],
    ["<html><style>h1{}</style><h1>Sorry</h1></html>", "Sorry"],
    ["plain\u0007 text\n\u001b[31m red", "plain text [31m red"],
  ])("U39: shows what it can of %j", async (body, words) => {
    const error = await registryError(refusal(403, body));
    expect(error.message).toBe(`PUT ${MANIFEST}: 403 DENIED: ${words}`);
  });

  it.each(['{"errors":null}', '{"errors":[null,7]}', "[]", "null", "", "{", '"text"'])(
    "U39: survives %j",
    async (body) => {
      const error = await registryError(refusal(403, body));
      expect(error.code).toBe("DENIED");
    },
  );

  it("reads no more of a body than it takes to tell", async () => {
    const error = await registryError(refusal(403, "x".repeat(200_000)));
    expect(error.message).toBe(`PUT ${MANIFEST}: 403 DENIED`);
    const long = await registryError(refusal(403, said("DENIED", "é".repeat(1000))));
    expect(Buffer.byteLength(long.message)).toBeLessThan(600);
    expect(long.message).not.toContain("\uFFFD");
  });

  it("survives a body that breaks", async () => {
    const response: HttpResponse = {
      ...responseOf(503, ""),
      // biome-ignore lint/correctness/useYield: it breaks before its first byte
      body: (async function* () {
        throw new Error("reset");
      })(),
    };
    expect(await registryError(refusal(503, "", { response }))).toMatchObject({
      code: "SERVER_ERROR",
    });
  });

  it("shows no secret: no upload session, no query, no credentials that were echoed", async () => {
    const words = "bad header Authorization: Bearer abc.def-ghi for https://x.test/y?sig=secret";
    const body = said("DENIED", words);
    const error = await registryError(
      refusal(403, body, { url: new URL(UPLOAD), about: "upload" }),
    );
    expect(error.message).not.toMatch(/4711|hidden|abc\.def|sig=|secret/);
    expect(error.message).toContain("https://h.test/v2/a/b/blobs/uploads/…");
    const elsewhere = new URL("https://store.test/bucket/key-secret?sig=hidden");
    const other = await registryError(refusal(403, "", { url: elsewhere, about: "upload" }));
    expect(other.message).not.toMatch(/key-secret|hidden/);
  });

  it.each([
    ["7", 7000],
    ["Sun, 01 Nov 2026 00:00:30 GMT", 30_000],
    ["soon", 5000],
    [undefined, 5000],
  ])("P37: waits as long as it is told: %s", async (value, retryAfterMs) => {
    const response = responseOf(429, "", value === undefined ? {} : { "retry-after": value });
    const error = await registryError(refusal(429, "", { response }));
    expect(error).toMatchObject({ remedy: "retryAfter", retryAfterMs });
  });

  it("takes a pause asked for with 503 as one", async () => {
    const response = responseOf(503, "", { "retry-after": "9" });
    const error = await registryError(refusal(503, "", { response }));
    expect(error).toMatchObject({
      code: "SERVER_ERROR",
      remedy: "retryAfter",
      retryAfterMs: 9000,
    });
  });

  it("does not read the body of a 416", async () => {
    let isGivenUp = false;
    const response: HttpResponse = {
      ...responseOf(416, ""),
      body: {
        [Symbol.asyncIterator]: () => {
          throw new Error("it was read");
        },
      },
      discard: async () => {
        isGivenUp = true;
      },
    };
    const facts = { method: "GET", about: "blob", url: new URL(BLOB), response } as const;
    expect((await registryError(refusal(416, "", facts))).code).toBe("RANGE_NOT_SATISFIABLE");
    expect(isGivenUp).toBe(true);
  });

  it("carries the digests that are missing, wherever they are named", async () => {
    const body = said("MANIFEST_BLOB_UNKNOWN", `blob ${DIGEST} unknown`, { Digest: DIGEST });
    expect(missingDigests(await registryError(refusal(404, body)))).toEqual([DIGEST]);
    const silent = await registryError(refusal(404, said("MANIFEST_BLOB_UNKNOWN")));
    expect(missingDigests(silent)).toEqual([]);
    const retold = new Error("retold", { cause: await registryError(refusal(404, body)) });
    expect(missingDigests(retold)).toEqual([DIGEST]);
    expect(missingDigests(new Error("other"))).toEqual([]);
  });

  it("tells storage behind the registry from the registry", async () => {
    const facts = { method: "GET", about: "blob", fromStorage: true } as const;
    for (const status of [400, 401, 403]) {
      const error = await registryError(refusal(status, "<Error/>", facts));
      expect(error).toMatchObject({ code: "STORAGE_REFUSED", remedy: "retry" });
    }
  });

  it.each([
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com", "aws ecr create-repository"],
    ["europe-docker.pkg.dev", "gcloud artifacts repositories create"],
    ["h.test", "permissions"],
  ])("says how a repository is made at %s", async (registry, how) => {
    const error = await registryError(refusal(404, said("NAME_UNKNOWN"), { registry }));
    expect(error.hint).toContain(how);
  });
});
