import { fileURLToPath } from "node:url";
import { findBinary } from "../../support/find-binary.ts";
import type { Command } from "../measure.ts";
import { writeDockerConfig, writeJson } from "../tool-files.ts";
import type { End } from "../tools.ts";

const BUILT =
  process.env["IMAGEFERRY_BUNDLE"] ??
  fileURLToPath(new URL("../../../dist/imageferry.cjs", import.meta.url));

/** One image to copy, or what is wanted of a whole repository. */
export interface ImageJob {
  readonly source: End;
  readonly target: End;
  /** The same path at both ends. */
  readonly repository: string;
  /** `:tag` or `@sha256:…`; the target's tag is `v1`. Left out: all tags, or those like `v*`. */
  readonly reference?: string;
  readonly versionsOnly?: boolean;
  /** For files the tools want. */
  readonly folder: string;
  /** Longest silence we are told to put up with. */
  readonly stallSeconds?: number;
}

/** A tool that copies one image. */
export interface ImageTool {
  readonly name: string;
  /** `undefined` where it has no way to do it. */
  command(job: ImageJob): Promise<Command | undefined>;
}

/** Us, and the peers found on PATH. */
export async function findImageTools(): Promise<readonly ImageTool[]> {
  const found = await Promise.all(
    PEERS.map(async ({ program, ...tool }) => ((await findBinary(program)) ? [tool] : [])),
  );
  return [IMAGEFERRY, ...found.flat()];
}

const IMAGEFERRY: ImageTool = {
  name: "imageferry",
  async command({ source, target, repository, reference, versionsOnly, folder, stallSeconds }) {
    const registryOf = (end: End): object => ({
      plainHttp: true,
      ...(stallSeconds !== undefined && { stallSeconds }),
      ...(end.username !== undefined && {
        credentials: {
          username: end.username,
          password: end === source ? "env:BENCH_SOURCE" : "env:BENCH_TARGET",
        },
      }),
    });
    const settings = new Map([source, target].map((end) => [end.host, registryOf(end)]));
    const registries = await writeJson(folder, "registries.json", Object.fromEntries(settings));
    const from = `${source.host}/${repository}`;
    const to = `${target.host}/${repository}`;
    const names =
      reference === undefined ? ["sync", from, to] : ["copy", from + reference, `${to}:v1`];
    const flags = ["--registries", registries, "--state", ":memory:", "--no-progress"];
    const tags = versionsOnly ? ["--include", "v*"] : [];
    return {
      argv: [process.execPath, BUILT, ...names, ...tags, ...flags],
      env: { BENCH_SOURCE: source.password ?? "", BENCH_TARGET: target.password ?? "" },
    };
  },
};

const PEERS: readonly (ImageTool & { readonly program: string })[] = [
  skopeo("skopeo", []),
  skopeo("skopeo --retry-times 3", ["--retry-times", "3"]),
  {
    name: "crane",
    program: "crane",
    async command(job) {
      const names = namesOf(job);
      if (names === undefined) return undefined;
      await writeDockerConfig(job.folder, [job.source, job.target]);
      return { argv: ["crane", "cp", ...names], env: { DOCKER_CONFIG: job.folder } };
    },
  },
  {
    name: "oras",
    program: "oras",
    async command(job) {
      const names = namesOf(job);
      if (names === undefined) return undefined;
      const config = await writeDockerConfig(job.folder, [job.source, job.target]);
      const plain = ["--from-plain-http", "--to-plain-http"];
      const configs = ["--from-registry-config", config, "--to-registry-config", config];
      return { argv: ["oras", "cp", ...plain, ...configs, ...names] };
    },
  },
  {
    name: "regsync",
    program: "regsync",
    async command(job) {
      const names = namesOf(job);
      if (names === undefined) return undefined;
      const [source, target] = names;
      const creds = [job.source, job.target].map(({ host, username, password }) => ({
        registry: host,
        tls: "disabled",
        ...(username && { user: username, pass: password }),
      }));
      const sync = [{ source, target, type: "image" }];
      // JSON is YAML.
      const config = await writeJson(job.folder, "regsync.yml", { version: 1, creds, sync });
      return { argv: ["regsync", "once", "-c", config] };
    },
  },
  {
    name: "image-syncer",
    program: "image-syncer",
    async command(job) {
      const names = namesOf(job);
      if (names === undefined) return undefined;
      const [source, target] = names;
      const auth = new Map(
        [job.source, job.target].map(({ host, username = "", password = "" }) => [
          host,
          { username, password, insecure: true },
        ]),
      );
      const files = [
        await writeJson(job.folder, "auth.json", Object.fromEntries(auth)),
        await writeJson(job.folder, "images.json", { [source]: target }),
      ] as const;
      return { argv: ["image-syncer", "--auth", files[0], "--images", files[1]] };
    },
  },
];

function skopeo(name: string, flags: readonly string[]): ImageTool & { readonly program: string } {
  return {
    name,
    program: "skopeo",
    async command(job) {
      const names = namesOf(job);
      if (names === undefined) return undefined;
      const authFile = await writeDockerConfig(job.folder, [job.source, job.target]);
      const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      const ends = names.map((end) => `docker://${end}`);
      return {
        argv: ["skopeo", "--insecure-policy", "copy", "--all", ...flags, ...plain, ...ends],
        env: { REGISTRY_AUTH_FILE: authFile },
      };
    },
  };
}

function namesOf(job: ImageJob): readonly [string, string] | undefined {
  const { source, target, repository, reference } = job;
  if (reference === undefined) return undefined;
  return [`${source.host}/${repository}${reference}`, `${target.host}/${repository}:v1`];
}
