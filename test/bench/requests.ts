import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CountingRegistry, startCountingRegistry } from "../support/counting-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { measure } from "./measure.ts";
import type { Tool } from "./tools.ts";

/** Requests on both sides, 401 and token calls included. */
export interface RequestCounts {
  readonly tool: string;
  readonly fresh: number;
  readonly rerun: number;
  /** After one layer, and so its config, of one tag was replaced. */
  readonly change: number;
}

const REPOSITORY = "bench/twenty";

/** Counts what 20 tags that share four layers cost each tool, behind bearer auth, from cold. */
export async function countAll(tools: readonly Tool[]): Promise<RequestCounts[]> {
  const counts: RequestCounts[] = [];
  for (const tool of tools) counts.push(await countOne(tool));
  return counts;
}

async function countOne(tool: Tool): Promise<RequestCounts> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-bench-"));
  const ends = [await startCountingRegistry(), await startCountingRegistry()] as const;
  const [source, target] = ends;
  const run = async (): Promise<number> => {
    for (const end of ends) end.reset();
    const job = { source, target, repository: REPOSITORY, folder };
    await measure(await tool.command(job));
    return source.requests() + target.requests();
  };
  try {
    seed(source, undefined);
    const fresh = await run();
    const rerun = await run();
    seed(source, 7);
    return { tool: tool.name, fresh, rerun, change: await run() };
  } finally {
    await Promise.all(ends.map((end) => end.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

function seed({ registry }: CountingRegistry, changed: number | undefined): void {
  for (let tag = 0; tag < 20; tag++) {
    const own = tag === changed ? `own ${tag} new` : `own ${tag}`;
    const layers = ["base 1", "base 2", "base 3", "base 4", own];
    const image = randomImage({
      seed: `twenty ${own}`,
      layers: layers.map((layer) => ({ bytes: 100_000, seed: layer })),
    });
    registry.seed(REPOSITORY, image, `v${tag}`);
  }
}
