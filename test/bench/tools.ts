import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBinary } from "../support/find-binary.ts";
import type { Command } from "./measure.ts";
import { writeDockerConfig, writeJson } from "./tool-files.ts";

const BUILT = fileURLToPath(new URL("../../dist/imageferry.cjs", import.meta.url));

/** One end of a copy: `host` as in references, with a login where it wants one. */
export interface End {
  readonly host: string;
  readonly username?: string;
  readonly password?: string;
}

/** A whole repository to copy. */
export interface Job {
  readonly source: End;
  readonly target: End;
  /** The same path at both ends. */
  readonly repository: string;
  /** For files the tools want, and for state that a rerun goes on with. */
  readonly folder: string;
}

/** A tool that can copy a repository. */
export interface Tool {
  readonly name: string;
  /** Writes what the tool needs into the job's folder, and says how to call it. */
  command(job: Job): Promise<Command>;
}

/** Us, and the peers found on PATH. */
export async function findTools(): Promise<readonly Tool[]> {
  const found = await Promise.all(
    PEERS.map(async ({ program, ...tool }) => ((await findBinary(program)) ? [tool] : [])),
  );
  return [IMAGEFERRY, ...found.flat()];
}

/** Programs that would take part were they on PATH. */
export async function missingTools(): Promise<readonly string[]> {
  const programs = [...new Set(PEERS.map(({ program }) => program))];
  const found = await Promise.all(programs.map((program) => findBinary(program)));
  return programs.filter((_, index) => found[index] === undefined);
}

const IMAGEFERRY: Tool = {
  name: "imageferry",
  async command({ source, target, repository, folder }) {
    const settings = new Map([source, target].map((end) => [end.host, registryOf(end)]));
    const registries = await writeJson(folder, "registries.json", Object.fromEntries(settings));
    const names = [source, target].map(({ host }) => `${host}/${repository}`);
    const state = join(folder, "state.db");
    const flags = ["--registries", registries, "--state", state, "--no-progress", "--quiet"];
    const env = { BENCH_SOURCE: source.password ?? "", BENCH_TARGET: target.password ?? "" };
    return { argv: [process.execPath, BUILT, "sync", ...names, ...flags], env };

    function registryOf(end: End): object {
      const password = end === source ? "env:BENCH_SOURCE" : "env:BENCH_TARGET";
      const { username } = end;
      return { plainHttp: true, ...(username && { credentials: { username, password } }) };
    }
  },
};

const PEERS: readonly (Tool & { readonly program: string })[] = [
  crane("crane", []),
  crane("crane -j 16", ["-j", "16"]),
  {
    name: "skopeo sync",
    program: "skopeo",
    async command({ source, target, repository, folder }) {
      const authFile = await writeDockerConfig(folder, [source, target]);
      const parent = repository.slice(0, repository.lastIndexOf("/"));
      const flags = ["--all", "--src", "docker", "--dest", "docker"];
      const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      const ends = [`${source.host}/${repository}`, `${target.host}/${parent}`];
      const policy = ["--insecure-policy"];
      return {
        argv: ["skopeo", ...policy, "sync", ...flags, ...plain, ...ends],
        env: { REGISTRY_AUTH_FILE: authFile },
      };
    },
  },
  {
    name: "regsync",
    program: "regsync",
    async command({ source, target, repository, folder }) {
      const creds = [source, target].map(({ host, username, password }) => ({
        registry: host,
        tls: "disabled",
        reqConcurrent: 16,
        ...(username && { user: username, pass: password }),
      }));
      const [from, to] = [source, target].map(({ host }) => `${host}/${repository}`);
      const sync = [{ source: from, target: to, type: "repository" }];
      // JSON is YAML.
      const config = await writeJson(folder, "regsync.yml", {
        version: 1,
        creds,
        defaults: { parallel: 8 },
        sync,
      });
      return { argv: ["regsync", "once", "-c", config] };
    },
  },
  {
    name: "image-syncer",
    program: "image-syncer",
    async command({ source, target, repository, folder }) {
      const auth = new Map(
        [source, target].map(({ host, username = "", password = "" }) => [
          host,
          { username, password, insecure: true },
        ]),
      );
      const [from = "", to] = [source, target].map(({ host }) => `${host}/${repository}`);
      const files = [
        await writeJson(folder, "auth.json", Object.fromEntries(auth)),
        await writeJson(folder, "images.json", { [from]: to }),
      ] as const;
      return {
        argv: ["image-syncer", "--proc", "16", "--auth", files[0], "--images", files[1]],
      };
    },
  },
];

function crane(name: string, flags: readonly string[]): Tool & { readonly program: string } {
  return {
    name,
    program: "crane",
    async command({ source, target, repository, folder }) {
      await writeDockerConfig(folder, [source, target]);
      const ends = [source, target].map(({ host }) => `${host}/${repository}`);
      return { argv: ["crane", "cp", "-a", ...flags, ...ends], env: { DOCKER_CONFIG: folder } };
    },
  };
}
