import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import { readErrorBody } from "../../lib/registry/error-body.ts";
import { StreamCutter } from "../../lib/registry/stream-cutter.ts";
import { resolveLocation } from "../../lib/registry/upload-location.ts";

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe("StreamCutter", () => {
  it("gives every byte once and in order, in parts of the lengths asked for", async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    const lengths = fc.array(fc.nat({ max: 60 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(chunks, lengths, async (content, takes) => {
        const whole = Buffer.concat(content);
        const cutter = new StreamCutter(streamOf(content));
        let at = 0;
        for (const bytes of takes) {
          const part: Uint8Array[] = [];
          for await (const chunk of cutter.take(bytes)) part.push(chunk);
          const expected = whole.subarray(at, at + bytes);
          expect(Buffer.concat(part).equals(expected)).toBe(true);
          at += expected.length;
        }
      }),
    );
  });
});

describe("readErrorBody", () => {
  it("makes of any body at most 512 bytes on one line, and never fails", async () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .array(fc.record({ code: fc.anything(), message: fc.anything(), detail: fc.anything() }))
        .map((errors) => Buffer.from(safeJson({ errors }))),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const { words } = await readErrorBody(streamOf([body]));
        expect(Buffer.byteLength(words)).toBeLessThanOrEqual(512);
        expect(words).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe("resolveLocation", () => {
  const origin = "https://reg.test:8443";
  const owner = {
    registry: "reg.test:8443",
    uploadHosts: [],
    url: (path: string) => new URL(origin + path),
  };
  const asked = new URL("/v2/a/blobs/uploads/", origin);

  it("never leads away from the registry", () => {
    const hosts = fc.constantFrom(origin, "", "//", "/\\", "reg.test:8443", "http://reg.test:8443");
    const locations = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true }),
      fc.tuple(hosts, fc.webUrl()).map(([host, rest]) => host + rest.slice("http:".length)),
    );
    fc.assert(
      fc.property(locations, (value) => {
        try {
          expect(resolveLocation(value, asked, owner).url.origin).toBe(origin);
        } catch (error) {
          expect(error).toBeInstanceOf(FerryError);
        }
      }),
    );
  });

  it("keeps the query as it was written", () => {
    const queries = fc.stringMatching(/^[A-Za-z0-9%._~=&;:/?@!$()*+,-]{1,60}$/);
    fc.assert(
      fc.property(queries, (query) => {
        const { url } = resolveLocation(`/up/1?${query}`, asked, owner);
        expect(url.href).toBe(`${origin}/up/1?${query}`);
      }),
    );
  });
});

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "{}";
  }
}
