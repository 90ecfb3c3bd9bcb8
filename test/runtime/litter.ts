/** Makes 48 MiB of old garbage beside a heap that is kept lean; writes what was seen as JSON. */
import { setTimeout } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import { systemClock } from "../../lib/base/system-clock.ts";
import { keepHeapLean } from "../../lib/runtime/lean-heap.ts";

const MIB = 1024 * 1024;

let asked = 0;
const clock = {
  ...systemClock,
  schedule: (delayMs: number, callback: () => void) => {
    asked += 1;
    return systemClock.schedule(delayMs, callback);
  },
};

function usedMib(): number {
  return getHeapStatistics().used_heap_size / MIB;
}

/** Returns by how much the heap had grown when all of it was made, in MiB. */
function litter(): number {
  const before = usedMib();
  const numbers = Array.from({ length: 6 * MIB }, (_, index) => index / 2);
  return numbers.length === 6 * MIB ? usedMib() - before : 0;
}

keepHeapLean(clock);
keepHeapLean(clock);
const askedAtFirst = asked;
const beforeMib = usedMib();
const litterMib = litter();
const deadline = Date.now() + 5000;
while (usedMib() - beforeMib > 10 && Date.now() < deadline) await setTimeout(10);
process.stdout.write(
  JSON.stringify({ askedAtFirst, litterMib, leftMib: usedMib() - beforeMib, asked }),
);
