import { isIP } from "node:net";
import { FerryError } from "../base/error.ts";
import { isForbiddenAddress } from "../http/address-guard.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

/** Whose token realm it is. */
export interface RealmOwner {
  /** Name as it stands in references. */
  readonly registry: string;
  /** Where requests for that name really go. */
  readonly origin: URL;
  /** Hosts (`host[:port]`) or origins that may see the registry's credentials. */
  readonly tokenRealms: readonly string[];
}

const ALIBABA = /^registry(-vpc|-internal)?\.([a-z0-9-]+)\.aliyuncs\.com$/;
const ALIBABA_ENTERPRISE = /^[a-z0-9-]+-registry(-vpc)?\.([a-z0-9-]+)\.cr\.aliyuncs\.com$/;

/**
 * Resolves the realm of a Bearer challenge (distribution, *Token Authentication Specification*);
 * a relative one against the registry's origin.
 *
 * Credentials go to the registry's own origin, to the realm its vendor is known for, and to those
 * the configuration names; an anonymous request goes to any https realm that is not an internal
 * address.
 *
 * @param withCredentials whether the token request will carry credentials.
 * @throws {FerryError} `TOKEN_REALM_REFUSED` (giveUp), naming both hosts.
 */
export function resolveRealm(realm: string, owner: RealmOwner, withCredentials: boolean): URL {
  const { registry, origin } = owner;
  if (!URL.canParse(realm, origin.href)) throw refused(registry, "is not a URL");
  const url = new URL(realm, origin);
  const flaw = flawOf(url, origin);
  if (flaw !== undefined) throw refused(registry, flaw);
  if (isTrusted(url, owner)) return url;
  if (withCredentials) {
    throw refused(
      registry,
      `is at ${url.host}, which must not see its credentials`,
      `If ${url.host} belongs to it, add this to the registry's settings: tokenRealms: [${url.host}]`,
    );
  }
  if (url.hostname !== origin.hostname && isInternal(url.hostname)) {
    throw refused(registry, `is at ${url.host}, an internal address`);
  }
  return url;
}

function flawOf(realm: URL, origin: URL): string | undefined {
  if (realm.username !== "" || realm.password !== "") return "carries a user name";
  if (realm.protocol === "https:") return undefined;
  if (realm.protocol === "http:" && origin.protocol === "http:") return undefined;
  return `is not https: ${realm.protocol}//${realm.host}`;
}

/** Addresses written out; what names resolve to is for the transport to guard. */
function isInternal(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  const allowed = { allowPrivate: false, allowLoopback: false };
  return isIP(address) !== 0 && isForbiddenAddress(address, allowed) !== undefined;
}

function isTrusted(realm: URL, { registry, origin, tokenRealms }: RealmOwner): boolean {
  const own = [origin.href, `https://${registry}`, `${origin.protocol}//${registry}`];
  const known = [...own, ...vendorRealms(registry), ...tokenRealms];
  return known.some((entry) => isSameHost(entry, realm));
}

/** An entry without a scheme stands for its host and port. */
function isSameHost(entry: string, realm: URL): boolean {
  if (!entry.includes("://")) return entry.toLowerCase() === realm.host;
  return URL.canParse(entry) && new URL(entry).origin === realm.origin;
}

/** Sibling hosts are never trusted by their domain alone: on clouds' domains strangers own them. */
function vendorRealms(registry: string): readonly string[] {
  if (registry === DOCKER_HUB) return ["https://auth.docker.io"];
  if (registry === "registry.gitlab.com") return ["https://gitlab.com"];
  const personal = ALIBABA.exec(registry);
  if (personal) return [`https://dockerauth${personal[1] ?? ""}.${personal[2]}.aliyuncs.com`];
  const [, network = "", region] = ALIBABA_ENTERPRISE.exec(registry) ?? [];
  if (region === undefined) return [];
  const servers = [`dockerauth-ee${network}.${region}`, `dockerauth${network}.${region}`];
  return servers.map((server) => `https://${server}.aliyuncs.com`);
}

function refused(registry: string, why: string, hint?: string): FerryError {
  return new FerryError(`the token realm that ${registry} names ${why}`, {
    code: "TOKEN_REALM_REFUSED",
    remedy: "giveUp",
    hint: hint ?? "Check the address of the registry, and its own configuration of token issuing.",
  });
}
