import { describe, expect, it } from "vitest";
import { type ChunkLimits, ChunkPlan } from "../../lib/transfer/chunk-plan.ts";

const MIB = 1024 ** 2;
const ANY: ChunkLimits = { bytesMin: 0, bytesMax: 64 * MIB, equal: false };
const HOUR_MS = 3_600_000;

/** Sends at a steady rate; the sizes of the chunks until the end, or until time is over. */
function sizes(
  limits: ChunkLimits,
  given: { readonly bytes: number; readonly bytesPerMs: number; readonly lifeMs?: number },
): number[] {
  const plan = new ChunkPlan(limits, MIB / 1000);
  const chunks: number[] = [];
  let leftMs = given.lifeMs ?? HOUR_MS;
  for (let left = given.bytes; left > 0; ) {
    const bytes = plan.next(left, leftMs);
    if (bytes === undefined) break;
    const tookMs = bytes / given.bytesPerMs;
    plan.took(bytes, tookMs);
    chunks.push(bytes);
    left -= bytes;
    leftMs -= tookMs;
  }
  return chunks;
}

describe("ChunkPlan", () => {
  it("comes to chunks of about a second, by steps of four at most", () => {
    const chunks = sizes(ANY, { bytes: 500 * MIB, bytesPerMs: (20 * MIB) / 1000 });
    expect(chunks[0]).toBe(MIB);
    expect(chunks.slice(0, 3)).toEqual([MIB, 4 * MIB, 16 * MIB]);
    expect(chunks[5]).toBeGreaterThan(19 * MIB);
    expect(chunks[5]).toBeLessThanOrEqual(20 * MIB);
  });

  it.each<[string, ChunkLimits]>([
    ["at least", { bytesMin: 5 * MIB, bytesMax: 20 * MIB, equal: false }],
    ["at most", { bytesMin: 0, bytesMax: 4 * MIB, equal: false }],
    ["little", { bytesMin: 0, bytesMax: 100_000, equal: false }],
  ])("keeps to what a registry takes %s", (_, limits) => {
    const bytes = 50 * MIB + 17;
    const chunks = sizes(limits, { bytes, bytesPerMs: (40 * MIB) / 1000 });
    expect(chunks.reduce((sum, chunk) => sum + chunk, 0)).toBe(bytes);
    expect(Math.max(...chunks)).toBeLessThanOrEqual(limits.bytesMax);
    for (const chunk of chunks.slice(0, -1)) expect(chunk).toBeGreaterThanOrEqual(limits.bytesMin);
  });

  it("makes all chunks equal where that is wanted, in another process, too", () => {
    const limits: ChunkLimits = { ...ANY, equal: true };
    const chunks = sizes(limits, { bytes: 10 * MIB + 1, bytesPerMs: (40 * MIB) / 1000 });
    expect(new Set(chunks.slice(0, -1))).toEqual(new Set([MIB]));
    expect(new ChunkPlan(limits, MIB, 300_000).next(10 * MIB, HOUR_MS)).toBe(300_000);
    expect(new ChunkPlan(limits, MIB, 300_000).next(1000, HOUR_MS)).toBe(1000);
  });

  it("begins no chunk that does not fit into the time left, except the first", () => {
    const bytesPerMs = MIB / 1000;
    const chunks = sizes(ANY, { bytes: 100 * MIB, bytesPerMs, lifeMs: 4000 });
    const tookMs = chunks.reduce((sum, chunk) => sum + chunk, 0) / bytesPerMs;
    expect(tookMs).toBeLessThanOrEqual(4000);
    expect(tookMs).toBeGreaterThan(3500);
    const slow = sizes(
      { ...ANY, bytesMin: 5 * MIB },
      { bytes: 100 * MIB, bytesPerMs, lifeMs: 4000 },
    );
    expect(slow).toEqual([5 * MIB]);
    expect(new ChunkPlan(ANY, bytesPerMs).next(MIB, 0)).toBeUndefined();
  });

  it("believes a slow chunk at once", () => {
    const plan = new ChunkPlan(ANY, MIB);
    plan.took(8 * MIB, 800);
    plan.took(8 * MIB, 8000);
    expect(plan.next(100 * MIB, HOUR_MS)).toBe(MIB);
    expect(plan.firstBytes).toBe(8 * MIB);
  });

  it("sends a crumb with the chunk before it", () => {
    const plan = new ChunkPlan(ANY, MIB / 1000);
    expect(plan.next(MIB + 1000, HOUR_MS)).toBe(MIB + 1000);
    expect(plan.next(2 * MIB, HOUR_MS)).toBe(MIB);
  });
});
