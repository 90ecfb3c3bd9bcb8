import {
  formatRepository,
  normalizeRegistry,
  parseReference,
  type RepositoryName,
} from "../../oci/reference.ts";
import type { TargetMapping } from "../../sync/policy.ts";
import { configError } from "../config-error.ts";

/** Where rules with an empty destination go (`--registry`, `--namespace`); empty: not set. */
export interface TargetDefaults {
  readonly registry: string;
  readonly namespace: string;
}

/**
 * The target of a rule with an empty destination: the default registry, and the default namespace
 * in place of the source's first path part.
 *
 * @throws {FerryError} `DEST_EMPTY` without defaults, `DEST_DEFAULT_MISSING` without a registry,
 * `RULE_BAD_REFERENCE`, `RULE_HAS_SCHEME` for defaults that are no names.
 */
export function defaultTarget(source: RepositoryName, defaults: TargetDefaults): TargetMapping {
  const { namespace } = defaults;
  const registry = defaults.registry.replace(/\/+$/, "");
  if (registry === "") throw noDefault(source, namespace);
  const path = namespace === "" ? source.repository : underNamespace(source.repository, namespace);
  const target = parseReference(`${registry}/${path}`);
  if (target.registry !== normalizeRegistry(registry)) {
    throw configError(
      "RULE_BAD_REFERENCE",
      `the default registry "${registry}" is not a host`,
      "Write it with its domain, as in registry.example.com.",
    );
  }
  return { repository: { registry: target.registry, repository: target.repository } };
}

function underNamespace(path: string, namespace: string): string {
  const inner = path.slice(path.indexOf("/") + 1);
  return `${namespace.replace(/^\/+|\/+$/g, "")}/${inner}`;
}

function noDefault(source: RepositoryName, namespace: string): Error {
  const name = formatRepository(source);
  if (namespace === "") {
    return configError(
      "DEST_EMPTY",
      `the destination of ${name} is empty`,
      "Name it, or set a default with --registry and --namespace.",
    );
  }
  return configError(
    "DEST_DEFAULT_MISSING",
    `the destination of ${name} is empty and there is no default registry for namespace ${namespace}`,
    "Set it with --registry.",
  );
}
