import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Digest, digestOf } from "../../lib/oci/digest.ts";
import { findBinary } from "./find-binary.ts";
import { type ProcessResult, runProcess } from "./run-process.ts";

const POLICY = { default: [{ type: "insecureAcceptAnything" }] };

/** skopeo, as a second opinion on what registries hold. Images are named `host/repository:tag`. */
export interface Skopeo {
  /** Copies an image with all its platforms, digests kept; any transport of skopeo's may be named. */
  copy(source: string, target: string): Promise<ProcessResult>;
  /**
   * The digest of the manifest's raw bytes, by skopeo's reading.
   *
   * @throws {Error} with skopeo's words.
   */
  digest(image: string): Promise<Digest>;
  /** Removes its settings. */
  close(): Promise<void>;
}

/** Sets skopeo up with a policy and credentials file of its own; `undefined` if not installed. */
export async function openSkopeo(): Promise<Skopeo | undefined> {
  const binary = await findBinary("skopeo");
  if (binary === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "imageferry-skopeo-"));
  const policy = join(folder, "policy.json");
  const authFile = join(folder, "auth.json");
  await writeFile(policy, JSON.stringify(POLICY));
  await writeFile(authFile, "{}");
  const env = { PATH: process.env["PATH"], HOME: folder, REGISTRY_AUTH_FILE: authFile };
  const run = (...args: readonly string[]) =>
    runProcess(binary, ["--policy", policy, ...args], { env, cwd: folder });
  return {
    copy: (source, target) =>
      run(
        ...["copy", "--all", "--preserve-digests", "--src-tls-verify=false"],
        ...["--dest-tls-verify=false", named(source), named(target)],
      ),
    digest: async (image) => {
      const result = await run("inspect", "--raw", "--tls-verify=false", named(image));
      if (result.exitCode !== 0) throw new Error(`skopeo inspect ${image}: ${result.stderr}`);
      return digestOf(Buffer.from(result.stdout));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function named(image: string): string {
  return /^[a-z-]+:/.test(image) && !/^[a-z-]+:\d/.test(image) ? image : `docker://${image}`;
}
