import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FerryError } from "../base/error.ts";
import type { ConfigSource } from "./docker-config-file.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Collects the docker configs of this user, the one that counts first: `DOCKER_AUTH_CONFIG`
 * itself, then the files named by `REGISTRY_AUTH_FILE` and `DOCKER_CONFIG` (else `~/.docker`),
 * then podman's. Files that do not exist are left out.
 *
 * @throws {FerryError} `DOCKER_CONFIG_UNREADABLE` (fixInput), naming the file.
 */
export async function findDockerConfigs(
  env: Environment,
  home: string,
): Promise<readonly ConfigSource[]> {
  const inline = env["DOCKER_AUTH_CONFIG"];
  const found = await Promise.all(configPaths(env, home).map(readDockerConfig));
  const files = found.filter((source) => source !== undefined);
  return inline ? [{ label: "DOCKER_AUTH_CONFIG", text: inline }, ...files] : files;
}

/** Where docker keeps its config: what login and logout change. */
export function dockerConfigPath(env: Environment, home: string): string {
  return join(env["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");
}

function configPaths(env: Environment, home: string): readonly string[] {
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  const configDir = env["XDG_CONFIG_HOME"] || join(home, ".config");
  const paths = [
    env["REGISTRY_AUTH_FILE"],
    dockerConfigPath(env, home),
    runtimeDir && join(runtimeDir, "containers", "auth.json"),
    join(configDir, "containers", "auth.json"),
  ];
  return [...new Set(paths.flatMap((path) => (path ? [path] : [])))];
}

/**
 * Reads one docker config; `undefined` when there is no such file.
 *
 * @throws {FerryError} `DOCKER_CONFIG_UNREADABLE` (fixInput), naming the file.
 */
export async function readDockerConfig(path: string): Promise<ConfigSource | undefined> {
  try {
    return { label: path, text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new FerryError(`${path} cannot be read`, {
      code: "DOCKER_CONFIG_UNREADABLE",
      remedy: "fixInput",
      hint: `Check that ${path} is a file this user may read.`,
      cause: error,
    });
  }
}
