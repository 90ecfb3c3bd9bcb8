import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

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

/** Folders of sessions: `repositories/NAME/_uploads/ID`. */
async function uploadSessions(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  const counts = folders.map(async ({ name }) => {
    const path = join(folder, name);
    if (name === "_uploads") return (await readdir(path).catch(() => [])).length;
    return name === "blobs" ? 0 : uploadSessions(path);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
