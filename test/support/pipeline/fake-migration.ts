import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FakeProcessOptions } from "../e2e-fake-main.ts";
import { type FakeProcess, openFakeProcess } from "../fake-process.ts";

/** Two fake registries in processes of their own, and what leads from one to the other. */
export interface FakeMigration {
  readonly source: FakeProcess;
  readonly target: FakeProcess;
  readonly configFile: string;
  stop(): Promise<void>;
}

/** How both registries are, and what is copied: repositories by their paths. */
export interface FakeMigrationOptions {
  readonly registries?: FakeProcessOptions;
  readonly repositories: readonly string[];
}

/** Starts two empty registries with a policy for each repository, which keeps its path. */
export async function startFakeMigration(options: FakeMigrationOptions): Promise<FakeMigration> {
  const { registries = {}, repositories } = options;
  const [source, target] = await Promise.all([
    openFakeProcess(registries),
    openFakeProcess(registries),
  ]);
  const folder = await mkdtemp(join(tmpdir(), "imageferry-migration-"));
  const configFile = join(folder, "imageferry.yaml");
  const config = {
    registries: { [source.host]: { plainHttp: true }, [target.host]: { plainHttp: true } },
    policies: repositories.map((path) => ({
      name: path,
      source: `${source.host}/${path}`,
      target: `${target.host}/${path}`,
    })),
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return {
    ...{ source, target, configFile },
    async stop() {
      await Promise.all([source.stop(), target.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
