import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";
import { FerryError } from "../base/error.ts";
import { embeddedIpv4 } from "./embedded-ipv4.ts";

/** Which otherwise forbidden addresses an origin may have, because the user configured it. */
export interface AddressAllowance {
  /** RFC 1918, carrier-grade NAT and IPv6 unique local addresses. */
  readonly allowPrivate: boolean;
  readonly allowLoopback: boolean;
}

/** Never a registry: metadata services, link-local, multicast, unspecified, reserved. */
const NEVER = blockList([
  "0.0.0.0/8",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "64:ff9b:1::/48",
  "2001::/32",
  "fd00:ec2::/32",
  "fd20:ce::/32",
  "fe80::/10",
  "ff00::/8",
]);
const LOOPBACK = blockList(["127.0.0.0/8", "::1/128"]);
const PRIVATE = blockList([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fec0::/10",
]);

/**
 * Tells why a connection to an IP address is forbidden, `undefined` when it is not.
 *
 * An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4) is judged as such.
 *
 * @param ip in the usual notation, without brackets; `new URL` makes it so of any other spelling.
 */
export function isForbiddenAddress(ip: string, allowed: AddressAllowance): string | undefined {
  const inner = embeddedIpv4(ip);
  if (inner !== undefined) return isForbiddenAddress(inner, allowed);
  if (familyOf(ip) === 0) return "it is not an IP address";
  const family = familyOf(ip) === 6 ? "ipv6" : "ipv4";
  if (NEVER.check(ip, family)) return "it is a link-local, metadata or reserved address";
  if (!allowed.allowLoopback && LOOPBACK.check(ip, family)) return "it is a loopback address";
  if (!allowed.allowPrivate && PRIVATE.check(ip, family)) return "it is a private address";
  return undefined;
}

/**
 * Refuses a URL's host that is a forbidden address, written out; names are left to
 * {@link guardedLookup}.
 *
 * @param hostname with or without the brackets of IPv6.
 * @throws {FerryError} `ADDRESS_FORBIDDEN`.
 */
export function refuseForbiddenHost(hostname: string, allowed: AddressAllowance): void {
  const ip = hostname.replace(/^\[|\]$/g, "");
  const reason = familyOf(ip) === 0 ? undefined : isForbiddenAddress(ip, allowed);
  if (reason !== undefined) throw addressForbidden(ip, ip, reason);
}

type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that gives allowed addresses only.
 *
 * The socket connects to what this gives: there is no second lookup that could answer otherwise.
 *
 * @param resolve how names become addresses; the system's resolver when left out.
 */
export function guardedLookup(
  allowed: AddressAllowance,
  resolve: Resolve = lookup,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "");
      const usable = addresses.filter(({ address }) => !isForbiddenAddress(address, allowed));
      const first = usable[0];
      if (first === undefined) {
        const address = addresses[0]?.address ?? "";
        const reason = isForbiddenAddress(address, allowed) ?? "it has none";
        return callback(addressForbidden(hostname, address, reason), "");
      }
      if (options.all) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

function addressForbidden(hostname: string, ip: string, reason: string): FerryError {
  const where = hostname === ip ? ip : `${hostname} (${ip})`;
  return new FerryError(`connection to ${where} refused: ${reason}`, {
    code: "ADDRESS_FORBIDDEN",
    remedy: "giveUp",
    hint: "If this host belongs to a registry of yours, name it in that registry's allowedHosts.",
  });
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = "", prefix = ""] = subnet.split("/");
    list.addSubnet(network, Number(prefix), network.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** As `isIP` tells, whose expression for IPv6 takes 10 ms to compile: only where it can match. */
function familyOf(ip: string): number {
  return ip.includes(":") ? isIP(ip) : isIPv4(ip) ? 4 : 0;
}
