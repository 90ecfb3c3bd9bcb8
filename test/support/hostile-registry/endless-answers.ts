import { json, withHeaders } from "../fake-registry/answers.ts";
import { endless, type HostileCase, type Twist } from "./hostile-case.ts";

const MIB = 1024 ** 2;
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const TAGS_PER_PAGE = 250_000;

/** Registries that try to fill memory, time or a terminal. */
export const ENDLESS_ANSWERS: readonly HostileCase[] = [
  {
    published: true,
    name: "64 MiB manifest",
    right: "refused",
    codes: ["MANIFEST_TOO_LARGE"],
    arrange: () => ({
      source: reads("manifest", () => {
        const body = Buffer.alloc(64 * MIB, " ");
        body.write("{}", body.byteLength - 2);
        return {
          status: 200,
          headers: { "content-type": MANIFEST_TYPE, "content-length": String(body.byteLength) },
          body,
        };
      }),
    }),
  },
  {
    name: "manifest without an end",
    right: "refused",
    codes: ["MANIFEST_TOO_LARGE"],
    arrange: () => ({
      source: reads("manifest", () => endless(200, { "content-type": MANIFEST_TYPE }, '{"a":"')),
    }),
  },
  {
    name: "token reply without an end",
    right: "refused",
    codes: ["TOKEN_REPLY_INVALID"],
    arrange: () => ({
      bearer: true,
      source: reads("token", () =>
        endless(200, { "content-type": "application/json" }, '{"token":"'),
      ),
    }),
  },
  {
    name: "token with a line break in it",
    right: "refused",
    codes: ["TOKEN_REPLY_INVALID"],
    arrange: () => ({
      bearer: true,
      source: reads("token", () => json(200, { token: "a\r\nx-injected: yes" })),
    }),
  },
  {
    name: "token of 128 KiB",
    right: "refused",
    codes: ["TOKEN_REPLY_INVALID"],
    arrange: () => ({
      bearer: true,
      source: reads("token", () => json(200, { token: "a".repeat(128 * 1024) })),
    }),
  },
  {
    name: "error without an end",
    right: "refused",
    codes: ["DENIED"],
    arrange: () => ({
      source: reads("manifest", () =>
        endless(403, { "content-type": "application/json" }, '{"errors":[{"message":"'),
      ),
    }),
  },
  {
    name: "blob without an end",
    right: "refused",
    codes: ["SIZE_MISMATCH", "SOURCE_DIGEST_MISMATCH"],
    arrange: () => ({ source: reads("blob", () => endless(200, {})) }),
  },
  {
    name: "tag list without an end, in one page",
    right: "refused",
    codes: ["LISTING_INVALID"],
    arrange: () => ({
      wanted: "all-tags",
      source: reads("tags", () =>
        endless(200, { "content-type": "application/json" }, '{"tags":["'),
      ),
    }),
  },
  {
    name: "tag list without an end, in large pages",
    right: "refused",
    codes: ["LISTING_ENDLESS"],
    arrange: () => ({ wanted: "versions", source: pages(TAGS_PER_PAGE) }),
  },
  {
    name: "tag list that goes round",
    right: "copied",
    codes: [],
    arrange: () => ({ wanted: "all-tags", quirks: { link: "loop" } }),
  },
  {
    name: "tag names that are paths, escapes, too long or no strings",
    right: "copied",
    codes: [],
    arrange: () => ({
      wanted: "all-tags",
      source: async (request, honest) => {
        if (request.route.kind !== "tags") return honest();
        await honest();
        return json(200, { name: "app", tags: ["v1", ...HOSTILE_TAGS, 7, null, { a: 1 }] });
      },
    }),
  },
  {
    name: "tags named like what every object has",
    right: "copied",
    codes: [],
    arrange: () => ({ wanted: "all-tags", tags: ["__proto__", "constructor", "toString"] }),
  },
  {
    name: "error that writes on the terminal",
    right: "refused",
    codes: ["DENIED"],
    arrange: () => ({
      source: reads("manifest", () =>
        json(403, {
          errors: [
            { code: "DENIED", message: "\u001b]0;owned\u0007\u001b[2Jall is well\r\n\u009b" },
          ],
        }),
      ),
    }),
  },
];

/** None is a tag by the grammar of the distribution-spec. */
export const HOSTILE_TAGS: readonly string[] = [
  "../../../etc/passwd",
  "..",
  ".hidden",
  "-rf",
  "a/b",
  "a%2fb",
  "a?digest=x",
  "a#b",
  "a b",
  "a\u0000b",
  "a\r\nb",
  "\u001b[31mred",
  "x".repeat(129),
  "sha256:0000",
  "",
  "\u202etxt",
];

/** Answers reads of one kind of endpoint, to those who may read. */
function reads(
  kind: "manifest" | "blob" | "tags" | "token",
  answer: () => ReturnType<typeof endless>,
): Twist {
  return async (request, honest) => {
    if (request.route.kind !== kind || !["GET", "HEAD"].includes(request.method)) return honest();
    const isKnown = kind === "token" || request.headers["authorization"] !== undefined;
    if (!isKnown) return honest();
    const given = answer();
    return request.method === "HEAD" ? { ...given, body: new Uint8Array() } : given;
  };
}

/** Each page has new names and a next one. */
function pages(count: number): Twist {
  return async (request, honest) => {
    if (request.route.kind !== "tags") return honest();
    const page = Number(request.url.searchParams.get("last") ?? 0) + 1;
    const tags = Array.from({ length: count }, (_, at) => `t${page}-${at}`);
    const next = `/v2/team/app/tags/list?last=${page}`;
    return withHeaders(json(200, { name: "team/app", tags }), { link: `<${next}>; rel="next"` });
  };
}
