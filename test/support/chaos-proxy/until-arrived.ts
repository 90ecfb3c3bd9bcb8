import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;
const POLLS_MAX = 100;
/** Where the system does not tell what is under way. */
const USUAL_MS = 60;

/**
 * Waits until the other end's system has what was written: a reset would throw it away, and a
 * client would have to ask again for what it never got.
 */
export async function untilArrived(socket: Socket): Promise<void> {
  await delay(USUAL_MS);
  const { localPort = 0, remotePort = 0 } = socket;
  const ports = [localPort, remotePort].map((port) => `:${hex(port)}`);
  for (let polls = 0; polls < POLLS_MAX && !socket.destroyed; polls++) {
    if (!(await hasUnsent(ports))) return;
    await delay(POLL_MS);
  }
}

/** Linux tells the bytes that wait to be sent and acknowledged, connection by connection. */
async function hasUnsent([local = "", remote = ""]: readonly string[]): Promise<boolean> {
  const table = await readFile("/proc/net/tcp", "latin1").catch(() => "");
  return table.split("\n").some((line) => {
    const [, from = "", to = "", , queues = ""] = line.trim().split(/\s+/);
    return from.endsWith(local) && to.endsWith(remote) && !queues.startsWith("00000000:");
  });
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
