import type { RegistrySettings } from "../http/origin-settings.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

const DOCKER_HUB_API = "registry-1.docker.io";

/**
 * Where requests for a registry go: its `endpoint` when it has one, else its own name, by https
 * unless it is set to plain http. Docker Hub's API lives on another host than its name.
 */
export function registryOrigin(settings: RegistrySettings): URL {
  if (settings.endpoint !== undefined) return new URL(settings.endpoint.origin);
  return new URL(`${settings.plainHttp ? "http" : "https"}://${hostOf(settings)}`);
}

/** The plain http origin to try when TLS is not spoken there; `undefined` unless that is allowed. */
export function plainHttpFallbackOrigin(settings: RegistrySettings): URL | undefined {
  const allowed = settings.plainHttpFallback && settings.endpoint === undefined;
  return allowed ? new URL(`http://${hostOf(settings)}`) : undefined;
}

function hostOf(settings: RegistrySettings): string {
  return settings.registry === DOCKER_HUB ? DOCKER_HUB_API : settings.registry;
}
