import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoRegistry, startDemoRegistry } from "../../../infra/demo-registry.ts";
import { startRecorder } from "../e2e-recorder.ts";
import { randomImage } from "../random-image.ts";

/** What to migrate. */
export interface MigrationOptions {
  readonly repositories: number;
  readonly tagsPerRepository: number;
  /** Bytes of the layer that all tags share. Default: 1 MiB. */
  readonly sharedBytes?: number;
  /** Bytes of the layer that each tag has to itself. Default: 20 kB. */
  readonly ownBytes?: number;
}

/** A source full of tags, an empty target, and the configuration that leads from one to the other. */
export interface Migration {
  readonly source: DemoRegistry;
  readonly target: DemoRegistry;
  readonly configFile: string;
  /** `repository:tag` at the source. */
  readonly names: readonly string[];
  /** How often each blob was uploaded to each target repository, by `repository digest`. */
  readonly uploads: ReadonlyMap<string, number>;
  /** Names whose digest at the target is another one, or missing. */
  differing(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const MIB = 1024 * 1024;
/** The request that ends an upload (distribution-spec, *Pushing blobs*). */
const UPLOADED = /^\/v2\/(.+)\/blobs\/uploads\/.*[?&]digest=([^&]+)/;

/** Starts both registries and fills the source. */
export async function startMigration(options: MigrationOptions): Promise<Migration> {
  const { repositories, tagsPerRepository, sharedBytes = MIB, ownBytes = 20_000 } = options;
  const [source, target] = [await startDemoRegistry(), await startDemoRegistry()];
  const uploads = new Map<string, number>();
  const front = await startRecorder(new URL(`http://${target.host}`), ({ method, url, status }) => {
    const [, repository, digest] = UPLOADED.exec(decodeURIComponent(url)) ?? [];
    if (method !== "PUT" || status !== 201 || repository === undefined) return;
    const key = `${repository} ${digest}`;
    uploads.set(key, (uploads.get(key) ?? 0) + 1);
  });
  const folder = await mkdtemp(join(tmpdir(), "imageferry-migration-"));
  const repositoryNames = Array.from({ length: repositories }, (_, index) => `team/app-${index}`);
  const names = repositoryNames.flatMap((repository) =>
    Array.from({ length: tagsPerRepository }, (_, tag) => `${repository}:v${tag}`),
  );
  // One tag of a repository at a time: docker-registry writes the link of a blob that is pushed again
  // in place, and refuses a manifest with 400 that reads it at that moment.
  await Promise.all(
    repositoryNames.map(async (repository) => {
      for (const name of names.filter((name) => name.startsWith(`${repository}:`))) {
        const layers = [{ bytes: sharedBytes, seed: "base" }, ownBytes, ownBytes];
        await source.push(name, randomImage({ seed: name, layers }));
      }
    }),
  );
  const configFile = join(folder, "imageferry.yaml");
  const config = {
    registries: { [source.host]: { plainHttp: true }, [front.host]: { plainHttp: true } },
    policies: repositoryNames.map((repository) => ({
      name: repository,
      source: `${source.host}/${repository}`,
      target: `${front.host}/mirror/${repository}`,
    })),
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return {
    ...{ source, target, configFile, names, uploads },
    async differing() {
      const differing: string[] = [];
      for (const name of names) {
        const [wanted, there] = await Promise.all([
          source.digest(name),
          target.digest(`mirror/${name}`),
        ]);
        if (wanted === undefined || wanted !== there) differing.push(name);
      }
      return differing;
    },
    async stop() {
      await front.close();
      await source.stop();
      await target.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
