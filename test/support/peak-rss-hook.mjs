// Loaded with --import into a measured process: leaves its peak RSS, in KiB, in a file at its end.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.PEAK_RSS_FILE;

/** VmHWM counts this program alone; `maxRSS` would also count the parent it was forked from. */
function peakKib() {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

if (file) process.on("exit", () => writeFileSync(file, String(peakKib())));
