import { FerryError } from "../base/error.ts";
import { formatRepository, isRepositoryPath, type RepositoryName } from "../oci/reference.ts";
import { effectsFor } from "./quirks.ts";

/**
 * Checks a repository's name against the grammar and its registry's own rules before any request:
 * some registries accept uploads under names they can never serve.
 *
 * @throws {FerryError} `NAME_NOT_ALLOWED` (fixInput).
 */
export function checkRepositoryName(name: RepositoryName): void {
  const { registry, repository } = name;
  if (repository !== repository.toLowerCase()) {
    throw notAllowed(name, "repository paths are lower case", "Write it in lower case.");
  }
  if (!isRepositoryPath(repository)) {
    throw notAllowed(name, "it is not a repository path", "Use a-z, 0-9, '.', '_', '-' and '/'.");
  }
  const [partsMin, partsMax] = effectsFor(registry).nameParts ?? [1, Number.POSITIVE_INFINITY];
  const parts = repository.split("/").length;
  if (parts < partsMin) {
    const hint = "Put the namespace or organization in front.";
    throw notAllowed(name, `this registry wants at least ${partsMin} path components`, hint);
  }
  if (parts > partsMax) {
    const hint = `Flatten the path, for example to ${flattened(repository, partsMax)}.`;
    throw notAllowed(name, `this registry takes at most ${partsMax} path components`, hint);
  }
}

/** Keeps the namespace and joins the rest with dashes. */
function flattened(repository: string, parts: number): string {
  const components = repository.split("/");
  return [...components.slice(0, parts - 1), components.slice(parts - 1).join("-")].join("/");
}

function notAllowed(name: RepositoryName, why: string, hint: string): FerryError {
  return new FerryError(`${formatRepository(name)} can not be a repository: ${why}`, {
    code: "NAME_NOT_ALLOWED",
    remedy: "fixInput",
    hint,
  });
}
