import { describe, expect, it } from "vitest";
import { collect } from "../../lib/base/byte-stream.ts";
import { type Deadline, noDeadline } from "../../lib/base/deadline.ts";
import { FerryError } from "../../lib/base/error.ts";
import { digestOf } from "../../lib/oci/digest.ts";
import type { RepositoryReader } from "../../lib/registry/repository.ts";
import { readOn } from "../../lib/transfer/read-on.ts";
import { seededBytes } from "../support/blob-source.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const BYTES = seededBytes("read on", 10_000);
const BLOB = { mediaType: "any/type", digest: digestOf(BYTES), size: BYTES.byteLength };

type Fault = FerryError | { readonly after: number };

/** A source whose requests fail one after the other as told, and then no more. */
function read(faults: readonly Fault[], given: { offset?: number; deadline?: Deadline } = {}) {
  const clock = new VirtualClock();
  const left = [...faults];
  const asked: [number, number][] = [];
  async function* serve(offset: number, length: number, fault: Fault | undefined) {
    const end = offset + length;
    const broken = fault !== undefined && "after" in fault ? offset + fault.after : end;
    for (let at = offset; at < Math.min(end, broken); at += 100) {
      yield BYTES.subarray(at, Math.min(at + 100, end, broken));
    }
  }
  const refuse = () => Promise.reject(new Error("only the blob is read"));
  const source: RepositoryReader = {
    name: { registry: "source.test", repository: "app" },
    async fetchBlob(_, { offset = 0, length = 0 } = {}) {
      asked.push([offset, length]);
      const fault = left.shift();
      if (fault instanceof FerryError) throw fault;
      return serve(offset, length, fault);
    },
    resolve: refuse,
    fetchManifest: refuse,
    listTags: refuse,
    referrers: refuse,
  };
  const stream = readOn(source, BLOB, given.offset ?? 0, {
    clock,
    random: seededRandom(1),
    deadline: given.deadline ?? noDeadline,
    signal: new AbortController().signal,
    windowBytes: () => 4000,
  });
  return { result: clock.run(collect(stream, 1_000_000)), asked, clock };
}

function passing(retryAfterMs?: number): FerryError {
  const remedy = retryAfterMs === undefined ? "retry" : "retryAfter";
  const pause = retryAfterMs !== undefined && { retryAfterMs };
  return new FerryError("not now", { code: "NOT_NOW", remedy, ...pause });
}

describe("readOn", () => {
  it("reads from the middle to the end, window by window", async () => {
    const { result, asked } = read([], { offset: 1000 });
    expect(Buffer.from((await result) ?? []).equals(BYTES.subarray(1000))).toBe(true);
    expect(asked).toEqual([
      [1000, 4000],
      [5000, 4000],
      [9000, 1000],
    ]);
  });

  it("goes on where a stream broke, was refused, or ended without a word", async () => {
    const { result, asked } = read([{ after: 350 }, passing(), passing(5000), { after: 0 }]);
    expect(Buffer.from((await result) ?? []).equals(BYTES)).toBe(true);
    expect(asked.slice(0, 5).map(([offset]) => offset)).toEqual([0, 350, 350, 350, 350]);
  });

  it("gives up after six tries that brought nothing", async () => {
    const { result, asked } = read(Array.from({ length: 20 }, () => passing()));
    await expect(result).rejects.toMatchObject({ code: "NOT_NOW", side: "source" });
    expect(asked).toHaveLength(7);
  });

  it("does not count tries that brought something", async () => {
    const { result } = read(Array.from({ length: 20 }, () => ({ after: 100 })));
    expect((await result)?.byteLength).toBe(10_000);
  });

  it("leaves a pause that is longer than the time left to whoever has more", async () => {
    const deadline = { remainingMs: () => 4000 };
    const { result, clock } = read([passing(5000)], { deadline });
    await expect(result).rejects.toMatchObject({ retryAfterMs: 5000, side: "source" });
    expect(clock.monotonicMs()).toBe(0);
  });

  it("gives up at once what will not pass", async () => {
    const gone = new FerryError("gone", { code: "BLOB_UNKNOWN", remedy: "giveUp" });
    const { result, asked } = read([gone]);
    await expect(result).rejects.toMatchObject({ code: "BLOB_UNKNOWN", side: "source" });
    expect(asked).toHaveLength(1);
  });
});
