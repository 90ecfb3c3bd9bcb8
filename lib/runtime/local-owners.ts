import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { IsGone } from "../state/is-gone.ts";
import { ON_ITS_WAY_MS } from "../sync/exclusive-lease.ts";

const OWNER = /^local-([0-9a-f]{12})-(\d+)-/;

/** Names this process in leases: whoever shares its process numbers can tell when it is gone. */
export function localOwner(random: Random): string {
  const place = placeOfProcesses();
  const name = place === undefined ? "" : `${place}-${process.pid}-`;
  return `local-${name}${random.hex(4)}`;
}

/**
 * Makes what tells whether a process of this place is gone: some seconds after it was first seen to
 * be, when what it had sent has arrived. Of processes elsewhere it tells nothing, nor of those that
 * stand still.
 */
export function createGoneLocalOwners(clock: Clock): IsGone {
  const seenGoneMs = new Map<string, number>();
  return (owner) => {
    const [, place, pid] = OWNER.exec(owner) ?? [];
    if (place === undefined || place !== placeOfProcesses() || isRunning(Number(pid))) return false;
    const nowMs = clock.monotonicMs();
    const sinceMs = seenGoneMs.get(owner) ?? nowMs;
    seenGoneMs.set(owner, sinceMs);
    return nowMs - sinceMs >= ON_ITS_WAY_MS;
  };
}

/**
 * A name of what process numbers hold for: this start of the machine's kernel, and the namespace,
 * since containers count their own (pid_namespaces(7)). `undefined` where that cannot be told.
 */
function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = readlinkSync("/proc/self/ns/pid");
    const text = `${boot} ${namespace} ${hostname()}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
  } catch {
    return undefined;
  }
}

/** Signal 0 asks only whether the process is there; it may be somebody else's. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return !(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH");
  }
}
