import { expect, it } from "vitest";
import { isWorthKeeping } from "../../lib/transfer/kill-loss.ts";

const MIB = 1024 ** 2;

it.each<[string, number, number, number | undefined, boolean]>([
  ["takes longer than may be lost", 11, 1, 10_000, true],
  ["takes no longer", 10, 1, 10_000, false],
  ["takes longer, on a line that a slow hash would hold up", 4096, 32, 10_000, false],
  ["takes longer, on a line just slower", 4096, 31, 10_000, true],
  ["takes longer, maybe as one of many", 255, 2, 10_000, false],
  ["takes longer, where no kill is feared", 4096, 1, undefined, false],
])("a blob that %s", (_, mib, mibPerSecond, lossMsMax, expected) => {
  expect(isWorthKeeping(mib * MIB, (mibPerSecond * MIB) / 1000, lossMsMax)).toBe(expected);
});
