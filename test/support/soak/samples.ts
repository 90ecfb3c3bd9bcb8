import { readdir, readFile } from "node:fs/promises";

/** What a process and its target look like at one moment. */
export interface Sample {
  /** Since the soak began. */
  readonly minutes: number;
  readonly rssMib: number;
  /** Open file descriptors. */
  readonly descriptors: number;
  /** Open upload sessions at the target. */
  readonly sessions: number;
}

/** Looks at a process by `/proc`, and at the storage of a registry of Distribution. */
export async function takeSample(pid: number, storage: string, minutes: number): Promise<Sample> {
  const [status, descriptors, sessions] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readdir(`/proc/${pid}/fd`),
    uploadSessions(storage),
  ]);
  const rssKib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
  return { minutes, rssMib: rssKib / 1024, descriptors: descriptors.length, sessions };
}

/** Growth per minute, by least squares. */
export function slopeOf(points: readonly (readonly [minutes: number, value: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [minutes, value] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const together = points.reduce((sum, [x, y]) => sum + (x - minutes) * (y - value), 0);
  const alone = points.reduce((sum, [x]) => sum + (x - minutes) ** 2, 0);
  return together / alone;
}

/**
 * Counts `repositories/NAME/_uploads/ID/data`. Version 2.8 takes nothing but the data away when a
 * session is ended; the folder itself stays until uploads are purged.
 */
async function uploadSessions(storage: string): Promise<number> {
  const files = await readdir(storage, { recursive: true }).catch(() => []);
  return files.filter((file) => /\/_uploads\/[^/]+\/data$/.test(file)).length;
}
