import { readFileSync } from "node:fs";

/** The kernel keeps the peak, so nothing between two looks is missed; this bounds the delay. */
const LOOK_EVERY_MS = 50;

/** Watches the memory of one process. */
export interface MemoryWatch {
  /** Most MiB the process has held since it started, as far as it was seen. */
  readonly peakMib: number;
  stop(): void;
}

/**
 * Watches a process by `/proc`, and calls `onOver` once when it has held more than `limitMib`.
 *
 * Where there is no `/proc` the peak stays 0 and nothing is ever over the limit.
 */
export function watchMemory(pid: number, limitMib: number, onOver: () => void): MemoryWatch {
  let peakMib = 0;
  let isOver = false;
  const look = (): void => {
    peakMib = Math.max(peakMib, peakRssMib(pid));
    if (isOver || peakMib <= limitMib) return;
    isOver = true;
    onOver();
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    get peakMib() {
      return peakMib;
    },
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

/** @returns 0 when the process is gone. */
function peakRssMib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
