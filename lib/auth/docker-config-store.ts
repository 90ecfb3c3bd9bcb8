import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FerryError } from "../base/error.ts";
import { normalizeRegistry } from "../oci/reference.ts";
import type { RunHelper } from "./credential-helper.ts";
import { type DockerConfig, helperNameFor, parseDockerConfig } from "./docker-config-file.ts";
import { readDockerConfig } from "./docker-config-files.ts";
import {
  eraseFromHelper,
  type Login,
  type NamedHelper,
  serverName,
  storeInHelper,
} from "./helper-protocol.ts";
import type { JsonObject } from "./json-object.ts";
import { keyMatches } from "./key-match.ts";

/**
 * Keeps a login in the docker config at `path` (made with mode 0600 when there is none), or with
 * the helper that the config names for the registry; everything else in the file stays.
 *
 * @throws {FerryError} `DOCKER_CONFIG_INVALID`, `_UNREADABLE`, `_UNWRITABLE` (fixInput), and the
 * errors of `storeInHelper`.
 */
export async function storeCredential(
  path: string,
  registry: string,
  login: Login,
  helper: RunHelper,
): Promise<void> {
  const host = normalizeRegistry(registry);
  const config = await readConfig(path);
  const keeper = keeperOf(config, host, helper);
  if (keeper !== undefined) await storeInHelper(keeper, host, login);
  const { username, password } = login;
  const auth = Buffer.from(`${username}:${password.reveal()}`).toString("base64");
  const others = entriesBesides(config, host);
  // An empty entry is how docker notes that a helper keeps the credential.
  others.push([serverName(host), keeper === undefined ? { auth } : {}]);
  await writeConfig(path, config, others);
}

/**
 * Forgets a registry's login, in the docker config at `path` and with its helper. Entries for
 * single namespaces stay.
 *
 * @returns whether the file held an entry.
 * @throws {FerryError} as {@link storeCredential}.
 */
export async function eraseCredential(
  path: string,
  registry: string,
  helper: RunHelper,
): Promise<boolean> {
  const host = normalizeRegistry(registry);
  const config = await readConfig(path);
  const keeper = keeperOf(config, host, helper);
  if (keeper !== undefined) await eraseFromHelper(keeper, host);
  const others = entriesBesides(config, host);
  if (others.length === config.auths.size) return false;
  await writeConfig(path, config, others);
  return true;
}

function keeperOf(config: DockerConfig, registry: string, run: RunHelper): NamedHelper | undefined {
  const name = helperNameFor(config, { registry, repository: "" });
  return name === undefined ? undefined : { name, run };
}

function entriesBesides(config: DockerConfig, registry: string): [string, JsonObject][] {
  return [...config.auths].filter(([key]) => !keyMatches(key, { registry, repository: "" }));
}

async function readConfig(path: string): Promise<DockerConfig> {
  return parseDockerConfig((await readDockerConfig(path)) ?? { label: path, text: "" });
}

async function writeConfig(
  path: string,
  config: DockerConfig,
  entries: readonly [string, JsonObject][],
): Promise<void> {
  const content = { ...config.content, auths: Object.fromEntries(entries) };
  try {
    await replaceFile(path, `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    throw new FerryError(`${path} cannot be written`, {
      code: "DOCKER_CONFIG_UNWRITABLE",
      remedy: "fixInput",
      hint: `Check that this user may write to ${dirname(path)}.`,
      cause: error,
    });
  }
}

/** Writes beside the file and renames, so that nobody ever reads half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Where the file is a link, its target is replaced and the link stays.
  const real = await realpath(path).catch(() => path);
  const folder = await mkdtemp(join(dirname(real), ".imageferry-"));
  try {
    const draft = join(folder, "config.json");
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, real);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
