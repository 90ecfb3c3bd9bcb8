import { isIPv6 } from "node:net";

/**
 * Where an IPv6 prefix has an IPv4 address: mapped, compatible, translated (RFC 2765), NAT64
 * (RFC 6052) and 6to4 (RFC 3056). Each prefix is the 16-bit groups before the address.
 */
const PREFIXES: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0xffff, 0],
  [0x64, 0xff9b, 0, 0, 0, 0],
  [0x2002],
];

/**
 * The IPv4 address that an IPv6 address stands for, `undefined` when it stands for none.
 *
 * `::` and `::1` are addresses of their own.
 */
export function embeddedIpv4(ip: string): string | undefined {
  if (!ip.includes(":") || !isIPv6(ip)) return undefined;
  const groups = groupsOf(ip);
  if (groups.slice(0, 7).every((group) => group === 0) && (groups[7] ?? 0) <= 1) return undefined;
  const prefix = PREFIXES.find((wanted) => wanted.every((group, at) => group === groups[at]));
  if (prefix === undefined) return undefined;
  const high = groups[prefix.length] ?? 0;
  const low = groups[prefix.length + 1] ?? 0;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** The eight 16-bit groups; `new URL` does the reading of `::` and of a dotted tail. */
function groupsOf(ip: string): number[] {
  const zone = ip.indexOf("%");
  const { hostname } = new URL(`http://[${zone < 0 ? ip : ip.slice(0, zone)}]`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
