import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exponentialBackoff } from "../../lib/base/backoff.ts";
import { noDeadline } from "../../lib/base/deadline.ts";
import { FerryError } from "../../lib/base/error.ts";
import { isForbiddenAddress } from "../../lib/http/address-guard.ts";
import { headersOf } from "../../lib/http/headers.ts";
import { sendFollowing } from "../../lib/http/redirect.ts";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import type { RepositoryReader } from "../../lib/registry/repository.ts";
import { selectTags } from "../../lib/sync/select-tags.ts";
import { type ChunkLimits, ChunkPlan } from "../../lib/transfer/chunk-plan.ts";
import { readOn } from "../../lib/transfer/read-on.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { PropertyRuns } from "./property-runs.ts";

const RUNS = 12_000;
const STRICT = { allowPrivate: false, allowLoopback: false };
const HOME = "https://registry.test";

describe("rules", { timeout: 180_000 }, () => {
  const properties = new PropertyRuns();

  it("chunks add up to the blob, within the registry's limits", () => {
    const sizes = fc.record({
      bytesMin: fc.integer({ min: 1, max: 8 * 2 ** 20 }),
      span: fc.integer({ min: 0, max: 64 * 2 ** 20 }),
      equal: fc.boolean(),
      blob: fc.integer({ min: 1, max: 2 ** 30 }),
      times: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 }),
    });
    properties.holds(
      fc.property(sizes, ({ bytesMin, span, equal, blob, times }) => {
        const bytesMax = Math.max(bytesMin, 256 * 1024) + span;
        sendInChunks(blob, { bytesMin, bytesMax, equal }, times);
      }),
      RUNS,
    );
  });

  it("tags keep the listing's order, pass what was asked, and pass again", () => {
    const tag = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/);
    const tags = fc.uniqueArray(tag, { maxLength: 12 });
    const glob = tag.map((text) => ({ kind: "glob", pattern: `${text.slice(0, 1)}*` }) as const);
    const globs = fc.array(glob, { maxLength: 2 });
    properties.holds(
      fc.property(tags, globs, globs, (listing, include, exclude) => {
        const selection = { kind: "listed", include, exclude } as const;
        const picked = selectTags(listing, selection);
        expect(picked).toEqual(listing.filter((name) => picked.includes(name)));
        expect(selectTags(picked, selection)).toEqual(picked);
        const firsts = exclude.map(({ pattern }) => pattern.slice(0, 1));
        expect(picked.some((name) => firsts.includes(name.slice(0, 1)))).toBe(false);
      }),
      RUNS,
    );
  });

  it("no request carries a password to another origin, nor goes from https to http", async () => {
    const hosts = ["registry.test", "cdn.test", "registry.test:444", "169.254.169.254"];
    const hop = fc.record({
      status: fc.constantFrom(301, 302, 303, 307, 308),
      location: fc.oneof(
        fc.webPath(),
        fc
          .tuple(fc.constantFrom("https", "http", "ftp"), fc.constantFrom(...hosts), fc.webPath())
          .map(([scheme, host, path]) => `${scheme}://${host}${path}`),
      ),
    });
    const methods = fc.constantFrom("GET", "HEAD", "POST", "PUT");
    await properties.holdsInTime(
      fc.asyncProperty(fc.array(hop, { maxLength: 7 }), methods, async (hops, method) => {
        const sent: HttpRequest[] = [];
        const network = redirecting(hops, sent);
        const headers = { authorization: "Bearer secret", cookie: "secret" };
        const request = { method, url: new URL(`${HOME}/v2/app/blobs/x`), headers } as const;
        await sendFollowing(network, request).catch((error: unknown) =>
          expect(error).toBeInstanceOf(FerryError),
        );
        expect(sent.length).toBeLessThanOrEqual(6);
        expect(sent.every(({ url }) => url.protocol === "https:")).toBe(true);
        const away = sent.filter(({ url }) => url.origin !== HOME);
        expect(away.flatMap((request) => Object.keys(request.headers ?? {}))).toEqual([]);
        expect(method.startsWith("P") ? away : []).toEqual([]);
      }),
      RUNS,
    );
  });

  it("an address of the machine, the cloud or nobody is forbidden in every block of its own", () => {
    const blocks = [
      [0x00000000, 8],
      [0x7f000000, 8],
      [0x0a000000, 8],
      [0xa9fe0000, 16],
      [0xac100000, 12],
      [0xc0a80000, 16],
      [0x646464c8, 32],
      [0xe0000000, 4],
      [0xf0000000, 4],
    ] as const;
    properties.holds(
      fc.property(fc.constantFrom(...blocks), fc.nat({ max: 0xffffffff }), ([base, bits], low) => {
        const rest = bits === 32 ? 0 : low % 2 ** (32 - bits);
        const ip = base + rest;
        const dotted = [24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff).join(".");
        expect(isForbiddenAddress(dotted, STRICT), dotted).toBeDefined();
        expect(isForbiddenAddress(`::ffff:${dotted}`, STRICT), dotted).toBeDefined();
      }),
      RUNS,
    );
  });

  it("waits between tries stay within their bounds", () => {
    properties.holds(
      fc.property(fc.nat(), fc.nat({ max: 40 }), (seed, attempt) => {
        const policy = { baseMs: 200, capMs: 20_000 };
        const { delayMs } = exponentialBackoff(seededRandom(seed), policy, attempt);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(20_000, 200 * 2 ** attempt));
      }),
      RUNS,
    );
  });

  it("a blob read on over breaks gives every byte once and in order", async () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const breaks = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 6 });
    const reading = fc.tuple(content, breaks, fc.nat({ max: 59 }), fc.integer({ min: 1, max: 30 }));
    await properties.holdsInTime(
      fc.asyncProperty(reading, async ([bytes, cuts, from, windowBytes]) => {
        const offset = Math.min(from, bytes.byteLength);
        const blob = { mediaType: "any", digest: digestOf(bytes), size: bytes.byteLength };
        const parts: Uint8Array[] = [];
        const options = {
          clock: INSTANT,
          random: seededRandom(1),
          deadline: noDeadline,
          signal: new AbortController().signal,
          windowBytes: () => windowBytes,
        };
        for await (const part of readOn(breaking(bytes, cuts), blob, offset, options)) {
          parts.push(part);
        }
        expect(Buffer.concat(parts).equals(bytes.subarray(offset))).toBe(true);
      }),
      RUNS,
    );
  });

  it("were tried often", ({ task }) => {
    expect(properties.tell("rules", task)).toBe(72_000);
  });
});

/** Sends a blob in chunks that take so long each, and looks at their sizes. */
function sendInChunks(blob: number, limits: ChunkLimits, times: readonly number[]): void {
  const { bytesMin, bytesMax, equal } = limits;
  const plan = new ChunkPlan(limits, 10_000);
  let left = blob;
  for (const milliseconds of times) {
    const bytes = plan.next(left, 600_000) ?? 0;
    expect(bytes).toBeLessThanOrEqual(Math.min(left, bytesMax));
    // Only the last chunk may be short, or differ from the first where all have to be equal.
    const least = Math.min(left, equal ? (plan.firstBytes ?? bytesMin) : bytesMin);
    expect(bytes).toBeGreaterThanOrEqual(least);
    if (bytes === left) break;
    plan.took(bytes, milliseconds);
    left -= bytes;
  }
  expect(plan.next(1, 0)).toBeUndefined();
}

/** A clock for which no time passes. */
const INSTANT = {
  now: () => 0,
  monotonicMs: () => 0,
  cpuMs: () => 0,
  sleep: async () => undefined,
  schedule: () => () => undefined,
};

function redirecting(
  hops: readonly { readonly status: number; readonly location: string }[],
  sent: HttpRequest[],
): Transport {
  return {
    async send(request) {
      const hop = hops[sent.length];
      sent.push(request);
      return {
        status: hop?.status ?? 200,
        headers: headersOf(hop ? { location: hop.location } : {}),
        body: (async function* () {})(),
        discard: async () => undefined,
      };
    },
    close: async () => undefined,
  };
}

/** A source whose connections break after so many bytes each, then last. */
function breaking(bytes: Uint8Array, cuts: readonly number[]): RepositoryReader {
  let reads = 0;
  const refuse = () => Promise.reject(new Error("only the blob is asked for"));
  return {
    name: { registry: "source.test", repository: "app" },
    resolve: refuse,
    fetchManifest: refuse,
    listTags: refuse,
    referrers: refuse,
    fetchBlob: async (blob, window) => {
      const start = window?.offset ?? 0;
      const wanted = bytes.subarray(start, start + (window?.length ?? blob.size));
      const cut = cuts[reads++];
      return (async function* () {
        yield wanted.subarray(0, cut);
        if (cut !== undefined && cut < wanted.byteLength) {
          throw new FerryError("broken", { code: "NETWORK_RESET", remedy: "retry" });
        }
      })();
    },
  };
}
