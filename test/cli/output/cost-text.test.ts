import { describe, expect, it } from "vitest";
import { costLines, estimateLines } from "../../../lib/cli/output/cost-text.ts";
import { estimateCost } from "../../../lib/sync/estimate-cost.ts";

const COST = { invocations: 26, gbSeconds: 12_000, tableReads: 277, tableWrites: 304 };
const CONTENT = {
  tags: 3,
  pairs: 3,
  manifests: 3,
  blobs: 6,
  turns: 3,
  bytes: 3 * 1024 ** 2,
  unread: 0,
};

describe("costLines", () => {
  it("tells what was used and its price on each cloud, and what has none", () => {
    expect(costLines(COST)).toEqual([
      "Cost: 26 invocations, 12000.0 GB-seconds, 277 table reads, 304 table writes",
      "  aws us-east-1: $0.1603 (list prices of 2026-11)",
      "  alicloud ap-southeast-1: $0.2040 without tableReads and tableWrites (list prices of 2026-11)",
    ]);
  });
});

describe("estimateLines", () => {
  it.each([
    [0, "Estimated: up to 3.0 MiB to move, 33 requests"],
    [2, "Estimated: up to 3.0 MiB to move, 33 requests, 2 tags of unknown size"],
  ])("tells the traffic first, with %i tags unread", (unread, line) => {
    expect(estimateLines(estimateCost({ ...CONTENT, unread }, 3))[0]).toBe(line);
  });
});
