import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import { createWatermarks } from "../../lib/state/watermarks.ts";
import { countingTable } from "./counting-table.ts";
import { ManualClock } from "./manual-clock.ts";

const SOURCE = { registry: "docker.io", repository: "library/nginx" };
const TARGET = { registry: "harbor.example.com:8443", repository: "mirror/nginx" };
const DIGEST = digestOf(Buffer.from("x"));
const MARK = { sourceDigest: DIGEST, targetDigest: DIGEST, optionsHash: "h" };

function setUp() {
  const clock = new ManualClock();
  const { table, calls } = countingTable(createMemoryTable({ clock }));
  return { clock, table, calls, watermarks: createWatermarks(table, clock) };
}

describe("Watermarks", () => {
  it("reads in one batch what was written in one batch", async () => {
    const { clock, calls, watermarks } = setUp();
    const tags = Array.from({ length: 250 }, (_, number) => `1.${number}`);
    await watermarks.writeMany(
      SOURCE,
      TARGET,
      tags.map((tag) => ({ ...MARK, tag, optionsHash: `hash of ${tag}` })),
    );
    const marks = await watermarks.readMany(SOURCE, TARGET, [...tags, "1.0", "none"]);
    expect(marks.size).toBe(250);
    expect(marks.get("1.7")).toEqual({ ...MARK, optionsHash: "hash of 1.7", at: clock.now() });
    expect(calls).toEqual(["putMany", "getMany"]);
  });

  it("asks for nothing when there is nothing to ask", async () => {
    const { calls, watermarks } = setUp();
    await watermarks.writeMany(SOURCE, TARGET, []);
    expect(await watermarks.readMany(SOURCE, TARGET, [])).toEqual(new Map());
    expect(calls).toEqual([]);
  });

  it("keeps sources, targets and references apart, and takes the last of each", async () => {
    const { clock, watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest" });
    clock.advance(1);
    await watermarks.write(TARGET, SOURCE, { ...MARK, tag: "latest", optionsHash: "back" });
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: DIGEST });
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "latest", optionsHash: "later" });
    const marks = await watermarks.readMany(SOURCE, TARGET, ["latest", DIGEST]);
    expect([...marks.keys()].sort()).toEqual(["latest", DIGEST]);
    expect(marks.get("latest")?.optionsHash).toBe("later");
  });

  it.each([
    ["no object", "text"],
    ["a list", []],
    ["no digest", { ...MARK, sourceDigest: "sha256:short", at: 1 }],
    ["a missing field", { sourceDigest: DIGEST, targetDigest: DIGEST, at: 1 }],
    ["a field of another type", { ...MARK, at: "yesterday" }],
  ])("takes a row with %s for no mark", async (_, value) => {
    const { table, watermarks } = setUp();
    await watermarks.write(SOURCE, TARGET, { ...MARK, tag: "good" });
    const partition = "tags#docker.io/library/nginx#harbor.example.com:8443/mirror/nginx";
    expect(await table.get({ partition, sort: "good" })).toBeDefined();
    await table.put({ partition, sort: "bad" }, value, "any");
    const marks = await watermarks.readMany(SOURCE, TARGET, ["good", "bad"]);
    expect([...marks.keys()]).toEqual(["good"]);
  });
});
