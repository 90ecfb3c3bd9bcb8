import { expect, it } from "vitest";
import { isWorthKeeping } from "../../lib/transfer/kill-loss.ts";

const MIB = 1024 ** 2;

it.each<[string, number, number, number, number | undefined, boolean]>([
  ["takes longer than may be lost", 11, 1, 1, 10_000, true],
  ["takes no longer", 10, 1, 1, 10_000, false],
  ["takes longer, on a line that a slow hash would hold up", 4096, 16, 1, 10_000, false],
  ["takes longer, on a line just slower", 4096, 15, 1, 10_000, true],
  ["takes longer, as one of many on a fast line", 4096, 1, 16, 10_000, false],
  ["takes longer, as one of many on a slow line", 4096, 0.5, 16, 10_000, true],
  ["takes longer, where no kill is feared", 4096, 1, 1, undefined, false],
])("a blob that %s", (_, mib, mibPerSecond, streams, lossMsMax, expected) => {
  const stream = (mibPerSecond * MIB) / 1000;
  const speed = { stream, line: stream * streams };
  expect(isWorthKeeping(mib * MIB, speed, { lossMsMax })).toBe(expected);
});

it("a blob is not worth keeping on a slow line of a busy process, which is what makes it slow", () => {
  const speed = { stream: MIB / 1000, line: MIB / 1000 };
  const keepsWhen = (busyShare: number): boolean =>
    isWorthKeeping(64 * MIB, speed, { lossMsMax: 5000, busyShare });
  expect([0, 0.29, 0.3, 1].map(keepsWhen)).toEqual([true, true, false, false]);
});
