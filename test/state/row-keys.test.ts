import { describe, expect, it } from "vitest";
import { digestOf } from "../../lib/oci/digest.ts";
import {
  blobPartition,
  runKey,
  runListKey,
  shardOf,
  taskKey,
  taskPartitions,
  uploadKey,
  watermarkKey,
} from "../../lib/state/row-keys.ts";

const DIGEST = digestOf(Buffer.from("x"));

function repository(registry: string, path: string) {
  return { registry, repository: path };
}

describe("row keys", () => {
  it("are the table's own names", () => {
    const source = repository("docker.io", "library/nginx");
    const target = repository("localhost:5000", "mirror/nginx");
    expect(runKey("r1")).toEqual({ partition: "run#r1", sort: "meta" });
    expect(blobPartition("localhost:5000", DIGEST)).toBe(`blob#localhost:5000#${DIGEST}`);
    expect(uploadKey(target, DIGEST)).toEqual({
      partition: `upload#localhost:5000/mirror/nginx#${DIGEST}`,
      sort: "-",
    });
    expect(watermarkKey(source, target, "1.25")).toEqual({
      partition: "tags#docker.io/library/nginx#localhost:5000/mirror/nginx",
      sort: "1.25",
    });
  });

  it("put a task into one of its run's sixteen partitions, always the same", () => {
    const partitions = taskPartitions("r1");
    expect(new Set(partitions).size).toBe(16);
    expect(partitions[0]).toBe("run#r1#0");
    expect(partitions[15]).toBe("run#r1#15");
    const ids = Array.from({ length: 1600 }, (_, number) => `task-${number}`);
    const counts = new Map<number, number>();
    for (const id of ids) {
      expect(taskKey("r1", id)).toEqual({ partition: `run#r1#${shardOf(id)}`, sort: id });
      counts.set(shardOf(id), (counts.get(shardOf(id)) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([...partitions.keys()]);
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
  });

  it("list later runs first", () => {
    const times = [0, 999, 1_700_000_000_000, 1_700_000_000_001, 9_999_999_999_998];
    const sorts = times.map((time) => runListKey("r", time).sort);
    expect([...sorts].sort().reverse()).toEqual(sorts);
  });

  it("cannot be made to collide by names that hold their separators", () => {
    const sources = [
      [repository("a", "b#c/d"), repository("e", "f")],
      [repository("a", "b"), repository("c/d#e", "f")],
      [repository("a", "b%23c/d"), repository("e", "f")],
      [repository("a/b", "c"), repository("e", "f")],
      [repository("a", "b/c"), repository("e", "f")],
    ] as const;
    const keys = sources.map(([from, to]) => watermarkKey(from, to, "t").partition);
    expect(new Set(keys).size).toBe(keys.length);
    expect(taskKey("r#1", "t").partition).not.toBe(taskPartitions("r")[1]);
    expect(runKey("r#1").partition).not.toBe("run#r#1");
  });
});
