import type { Scope } from "./authorizer.ts";

/**
 * What a token may do (distribution, *Token Scope Documentation*): actions by resource, such as
 * `repository:library/nginx` or `registry:catalog`; the resource a request is about comes first.
 */
export type ScopeSet = ReadonlyMap<string, ReadonlySet<string>>;

const ACTION_ORDER = ["pull", "push", "delete"];

/** Makes a set of the scopes a request needs. */
export function scopeSetOf(scopes: readonly Scope[]): ScopeSet {
  const set = new Map<string, Set<string>>();
  for (const scope of scopes) {
    if (scope.kind === "catalog") add(set, "registry:catalog", ["*"]);
    else add(set, `repository:${scope.repository}`, scope.actions);
  }
  return set;
}

/**
 * Reads the `scope` of a challenge: several may be joined by spaces, and names may hold colons.
 * `*` on a repository is left out: nothing here needs all rights.
 */
export function parseScopes(text: string): ScopeSet {
  const set = new Map<string, Set<string>>();
  for (const part of text.split(/\s+/)) {
    const end = part.lastIndexOf(":");
    if (end <= part.indexOf(":")) continue;
    const resource = part.slice(0, end);
    const actions = part.slice(end + 1).split(",");
    const wanted = actions.filter(
      (action) => action !== "" && (action !== "*" || !resource.startsWith("repository:")),
    );
    if (wanted.length > 0) add(set, resource, wanted);
  }
  return set;
}

/** Everything either set allows, in the order of the first. */
export function uniteScopes(first: ScopeSet, second: ScopeSet): ScopeSet {
  const set = new Map<string, Set<string>>();
  for (const [resource, actions] of [...first, ...second]) add(set, resource, actions);
  return set;
}

/** Tells whether `held` allows all of `wanted`. */
export function coversScopes(held: ScopeSet, wanted: ScopeSet): boolean {
  return [...wanted].every(([resource, actions]) => {
    const allowed = held.get(resource);
    return allowed !== undefined && [...actions].every((action) => allowed.has(action));
  });
}

/**
 * The least of a set that is of use: pull and push on its first resource. Token servers that
 * refuse a scope as a whole (Quay: `delete`, `registry:catalog`) take this one.
 */
export function narrowScopes(set: ScopeSet): ScopeSet {
  for (const [resource, actions] of set) {
    const least = [...actions].filter((action) => action === "pull" || action === "push");
    return least.length === 0 ? new Map() : new Map([[resource, new Set(least)]]);
  }
  return set;
}

/** Writes each scope as `type:name:action,action`, least action first. */
export function formatScopes(set: ScopeSet): readonly string[] {
  return [...set].map(([resource, actions]) => `${resource}:${sortActions(actions).join(",")}`);
}

function sortActions(actions: ReadonlySet<string>): string[] {
  const rank = (action: string) => (ACTION_ORDER.indexOf(action) + 4) % 4;
  return [...actions].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function add(set: Map<string, Set<string>>, resource: string, actions: Iterable<string>): void {
  set.set(resource, new Set([...(set.get(resource) ?? []), ...actions]));
}
