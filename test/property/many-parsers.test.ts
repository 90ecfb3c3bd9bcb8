import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../lib/auth/challenge.ts";
import { FerryError } from "../../lib/base/error.ts";
import { parseContentRange } from "../../lib/http/content-range.ts";
import { headersOf } from "../../lib/http/headers.ts";
import { nextLink } from "../../lib/http/link.ts";
import { retryAfterMs } from "../../lib/http/retry-after.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import { MEDIA_TYPES } from "../../lib/oci/media-types.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import { formatReference, parseReference } from "../../lib/oci/reference.ts";
import { parseStrictJson } from "../../lib/oci/strict-json.ts";
import { randomImage } from "../support/random-image.ts";
import { PropertyRuns } from "./property-runs.ts";

const RUNS = 12_000;
const HOUR_MS = 3_600_000;

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((hex) => `sha256:${hex}` as const);
const component = fc.stringMatching(/^[a-z0-9]{1,6}([._-][a-z0-9]{1,4})?$/);
const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);

/** Text that nearly means something: the marks of every grammar here, between letters. */
const noise = fc
  .array(
    fc.constantFrom("<", ">", ";", ",", '"', "=", "/", ":", "@", " ", "rel", "next", "bytes", "\\"),
  )
  .chain((marks) => fc.string({ maxLength: 8 }).map((text) => marks.join(text)));

function refuses(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(FerryError);
  }
}

describe("what comes from outside", { timeout: 180_000 }, () => {
  const properties = new PropertyRuns();

  it("challenges are read as they were written", () => {
    const parameter = fc.tuple(token, fc.stringMatching(/^[ -~]{0,12}$/));
    const challenge = fc.tuple(token, fc.uniqueArray(parameter, { selector: ([name]) => name }));
    properties.holds(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 3 }), (written) => {
        const text = written.map(([scheme, parameters]) => {
          const pairs = parameters.map(
            ([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`,
          );
          return `${scheme} ${pairs.join(", ")}`.trim();
        });
        const read = parseChallenges(headersOf({ "www-authenticate": text }));
        expect(read.map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(written);
      }),
      RUNS,
    );
  });

  it("no header makes a challenge's parser fail", () => {
    properties.holds(
      fc.property(noise, (text) => {
        for (const { scheme } of parseChallenges(headersOf({ "www-authenticate": text }))) {
          expect(scheme).toBe(scheme.toLowerCase());
        }
      }),
      RUNS,
    );
  });

  it("the next page is never on another host, and its query arrives as it was written", () => {
    const base = new URL("https://registry.test/v2/app/tags/list?n=100");
    properties.holds(
      fc.property(
        fc.constantFrom("", "https://registry.test", "http://registry.test"),
        tag,
        (host, last) => {
          const link = `<${host}/v2/app/tags/list?n=100&last=${last}>; rel="next"`;
          const next = nextLink(headersOf({ link }), base);
          expect(next?.href).toBe(`https://registry.test/v2/app/tags/list?n=100&last=${last}`);
        },
      ),
      RUNS,
    );
    properties.holds(
      fc.property(
        fc.oneof(
          noise,
          fc.webUrl().map((url) => `<${url}>; rel=next`),
        ),
        (link) =>
          refuses(() => {
            const next = nextLink(headersOf({ link }), base);
            expect(next?.origin ?? base.origin).toBe(base.origin);
          }),
      ),
      RUNS,
    );
  });

  it("ranges are read as they were written, and only where they make sense", () => {
    const range = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.boolean());
    properties.holds(
      fc.property(range, ([start, length, rest, isTold]) => {
        const [end, total] = [start + length, start + length + rest + 1];
        const read = parseContentRange(`bytes ${start}-${end}/${isTold ? total : "*"}`);
        expect(read).toEqual({ start, end, ...(isTold && { total }) });
        expect(parseContentRange(`bytes ${end + 1}-${end}/${total}`)).toBeUndefined();
      }),
      RUNS,
    );
    properties.holds(
      fc.property(noise, (text) => {
        const read = parseContentRange(text);
        if (read) expect(read.start).toBeLessThanOrEqual(read.end);
      }),
      RUNS,
    );
  });

  it("no wish for a pause is negative or longer than an hour", () => {
    const values = fc.oneof(noise, fc.integer().map(String), fc.double().map(String));
    properties.holds(
      fc.property(values, (value) => {
        const waitMs = retryAfterMs(headersOf({ "retry-after": value }), 0) ?? 0;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(HOUR_MS);
      }),
      RUNS,
    );
  });

  it("references are read as they were written, and mean the same when written again", () => {
    properties.holds(
      fc.property(path, tag, digest, (repository, name, hex) => {
        const tagged = parseReference(`registry.test:5000/${repository}:${name}`);
        expect(tagged).toEqual({ registry: "registry.test:5000", repository, tag: name });
        const written = formatReference(tagged, { kind: "tag", tag: name });
        expect(parseReference(written)).toEqual(tagged);
        const pinned = parseReference(`registry.test/${repository}@${hex}`);
        expect(pinned).toEqual({ registry: "registry.test", repository, digest: hex });
      }),
      RUNS,
    );
    properties.holds(
      fc.property(noise, (text) =>
        refuses(() => {
          const { repository } = parseReference(text);
          expect(repository).not.toMatch(/\.\.|\/\/|%|[A-Z]/);
        }),
      ),
      RUNS,
    );
  });

  it("were tried often", ({ task }) => {
    expect(properties.tell("parsers", task)).toBe(108_000);
  });
});

describe("documents", { timeout: 180_000 }, () => {
  const properties = new PropertyRuns();

  it("JSON without doubled keys is read as JSON.parse reads it", () => {
    const names = fc.stringMatching(/^x[a-z]{0,4}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(names, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    properties.holds(
      fc.property(value, (written) => {
        const text = JSON.stringify(written);
        expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      RUNS,
    );
  });

  it("a key twice in one object is refused wherever it is", () => {
    properties.holds(
      fc.property(token, fc.nat({ max: 5 }), (key, depth) => {
        const doubled = `{"${key}":1,"other${key}":2,"${key}":3}`;
        const text = `${'{"in":['.repeat(depth)}${doubled}${"]}".repeat(depth)}`;
        expect(parseStrictJson(text).ok).toBe(false);
      }),
      RUNS,
    );
  });

  it("a manifest gives every blob it names, or is refused", () => {
    const good = randomImage({ seed: "property" });
    const [bytes] = [...good.manifests.values()].map((manifest) => manifest.bytes);
    const body = JSON.parse(Buffer.from(bytes ?? []).toString());
    const damage = fc.oneof(
      fc.constant({}),
      fc.record({ layers: fc.anything() }),
      fc.record({ config: fc.jsonValue() }),
      fc.record({ mediaType: fc.string() }),
      fc.record({ manifests: fc.constant([]) }),
      fc.record({ subject: fc.jsonValue() }),
    );
    properties.holds(
      fc.property(damage, (changes) => {
        const text = Buffer.from(safeJson({ ...body, ...changes }));
        const descriptor = {
          mediaType: MEDIA_TYPES.ociManifest,
          digest: digestOf(text),
          size: text.byteLength,
        };
        refuses(() => {
          const content = parseManifest({ descriptor, bytes: text });
          expect(content.children).toEqual([]);
          for (const blob of content.blobs) expect(blob.size).toBeGreaterThanOrEqual(0);
        });
      }),
      RUNS,
    );
  });

  it("were tried often", ({ task }) => {
    expect(properties.tell("documents", task)).toBe(36_000);
  });
});

/** Some of what fast-check makes is no JSON. */
function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return "null";
  }
}
