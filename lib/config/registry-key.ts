import { normalizeRegistry } from "../oci/reference.ts";

/** A key without scheme and closing slash; every alias of Docker Hub as `docker.io`. */
export function normalizeKey(key: string): string {
  const bare = key
    .trim()
    .replace(/^https?:\/\//i, "")
    .replace(/\/+$/, "");
  const slash = bare.indexOf("/");
  const registry = normalizeRegistry(slash < 0 ? bare : bare.slice(0, slash));
  const path = slash < 0 ? "" : bare.slice(slash);
  return path === "/v1" ? registry : `${registry}${path}`;
}

/** The registry a key of registry, namespace or repository belongs to, in normal form. */
export function registryOfKey(key: string): string {
  return normalizeKey(key).replace(/\/.*$/, "");
}
