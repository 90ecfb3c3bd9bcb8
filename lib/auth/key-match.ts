import { DOCKER_HUB, normalizeRegistry, type RepositoryName } from "../oci/reference.ts";
import { editDistance } from "./edit-distance.ts";

/** More edits than this are another name, not a slip. */
const SLIP_EDITS_MAX = 2;

/**
 * The entry whose key fits the repository best: the longest path wins, of equal ones the first.
 *
 * Keys are `registry`, `registry/namespace` or `registry/namespace/repository` at any depth.
 */
export function longestMatch<T>(
  entries: ReadonlyMap<string, T>,
  name: RepositoryName,
): T | undefined {
  let best: { readonly length: number; readonly entry: T } | undefined;
  for (const [key, entry] of entries) {
    const { path } = parseKey(key);
    if (!keyMatches(key, name) || (best !== undefined && path.length <= best.length)) continue;
    best = { length: path.length, entry };
  }
  return best?.entry;
}

/**
 * Tells whether a key covers a repository. It matches at path boundaries only, the whole
 * repository included; host and port must be equal, Docker Hub's names being one; a slash at its
 * end makes no difference; an empty key matches nothing.
 */
export function keyMatches(key: string, name: RepositoryName): boolean {
  const { registry, path } = parseKey(key);
  if (registry === "" || registry !== normalizeRegistry(name.registry)) return false;
  return path === "" || name.repository === path || name.repository.startsWith(`${path}/`);
}

/**
 * The key somebody may have meant for `registry`: the same host with another port, or a name at
 * most two edits away; for hints. None when a key is of that very registry.
 */
export function nearestKey(keys: Iterable<string>, registry: string): string | undefined {
  const wanted = normalizeRegistry(registry);
  const near = [...keys]
    .map((key) => ({ key, edits: slipEdits(parseKey(key).registry, wanted) }))
    .filter(({ edits }) => edits <= SLIP_EDITS_MAX)
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.edits === 0 ? undefined : near[0]?.key;
}

function slipEdits(registry: string, wanted: string): number {
  if (registry === "") return Number.POSITIVE_INFINITY;
  if (registry === wanted) return 0;
  return withoutPort(registry) === withoutPort(wanted) ? 1 : editDistance(registry, wanted);
}

function withoutPort(registry: string): string {
  return registry.replace(/:\d+$/, "");
}

/** Splits a key; one that is a URL as docker writes them may end in the API's version. */
function parseKey(key: string): { readonly registry: string; readonly path: string } {
  const bare = key.replace(/^https?:\/\//i, "");
  const trimmed = bare.replace(/\/+$/, "");
  const slash = trimmed.indexOf("/");
  if (slash < 0) return { registry: normalizeRegistry(trimmed), path: "" };
  const registry = normalizeRegistry(trimmed.slice(0, slash));
  const path = trimmed.slice(slash + 1);
  const isApi = (bare !== key || registry === DOCKER_HUB) && /^v[12]$/.test(path);
  return { registry, path: isApi ? "" : path };
}
