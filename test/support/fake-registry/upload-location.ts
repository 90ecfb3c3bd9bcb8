import { type RegistryState, sideOrigin } from "./state.ts";

/** The forms in which registries write upload locations (U1 to U3). */
export function oddLocation(state: RegistryState, url: URL, location: string): string {
  const { location: form } = state.quirks;
  const defaultPort = url.protocol === "https:" ? 443 : 80;
  switch (form) {
    case undefined:
      return location;
    case "absolute":
      return `${url.origin}${location}`;
    case "other-host":
      return `${sideOrigin(state, url)}${location}`;
    case "port":
      return `${url.protocol}//${url.hostname}:${url.port || defaultPort}${location}`;
    case "no-scheme":
      return `//${url.host}${location}`;
    case "fragment":
      return `${url.origin}${location}#upload`;
    default:
      return `${form.replace(/\/$/, "")}${location}`;
  }
}
