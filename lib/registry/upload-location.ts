import { FerryError } from "../base/error.ts";
import type { RegistryClient } from "./registry-call.ts";

/** Where an upload session lives; a capability: never shown. */
export interface UploadLocation {
  readonly url: URL;
  /** On another host than the registry: nothing that proves who we are goes there. */
  readonly isForeign: boolean;
}

/** Whose upload it is: a registry's client, or the part of one that matters. */
export type UploadOwner = Pick<RegistryClient, "registry" | "uploadHosts" | "url">;

/**
 * Reads a `Location` of an upload in every form registries write it: relative, absolute, without
 * a scheme, with the default port, by http behind a TLS proxy, or under the registry's own name
 * while requests go to an endpoint. Its query is kept as it is.
 *
 * @param asked the URL of the request it answers.
 * @throws {FerryError} `UPLOAD_LOCATION_REFUSED` (giveUp) when it leads to a host that is not
 * allowed, or is no location.
 */
export function resolveLocation(value: string, asked: URL, owner: UploadOwner): UploadLocation {
  const { registry, uploadHosts } = owner;
  const home = owner.url("/");
  const written = value.trim();
  const text = hasBareHost(written, [asked.host, home.host, `${home.hostname}:443`, registry])
    ? `${asked.protocol}//${written}`
    : written;
  if (written === "" || !URL.canParse(text, asked.href)) throw refused(registry, "no address");
  const url = new URL(text, asked);
  if (isOwn(url, home, registry)) {
    return { url: owner.url(url.pathname + url.search), isForeign: false };
  }
  if (url.protocol !== "https:" || !uploadHosts.includes(url.host)) {
    throw refused(registry, `the other host ${url.host}`);
  }
  url.hash = "";
  return { url, isForeign: true };
}

/** `host/path` would otherwise be a relative path, and `host:443/path` a scheme. */
function hasBareHost(text: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => text.toLowerCase().startsWith(`${host}/`));
}

/** http for https is the mistake of a registry that does not know of its TLS proxy. */
function isOwn(url: URL, home: URL, registry: string): boolean {
  if (url.username !== "" || !["http:", "https:"].includes(url.protocol)) return false;
  if (url.host === registry || url.host === home.host) return true;
  return url.hostname === home.hostname && url.port === "443" && home.port === "";
}

function refused(registry: string, where: string): FerryError {
  return new FerryError(`${registry} wants the upload sent to ${where}`, {
    code: "UPLOAD_LOCATION_REFUSED",
    remedy: "giveUp",
    hint: "If that host belongs to it, add it to allowedHosts in the registry's settings.",
  });
}
