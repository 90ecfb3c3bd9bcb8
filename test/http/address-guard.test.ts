import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import {
  guardedLookup,
  isForbiddenAddress,
  refuseForbiddenHost,
} from "../../lib/http/address-guard.ts";

const STRICT = { allowPrivate: false, allowLoopback: false };
const OWN_NETWORK = { allowPrivate: true, allowLoopback: false };
const THIS_MACHINE = { allowPrivate: false, allowLoopback: true };
const ANYTHING = { allowPrivate: true, allowLoopback: true };

/** Hosts as a hostile registry may write them; each ends at an address that is never a registry. */
const NEVER = [
  "169.254.169.254",
  "169.254.169.254.",
  "2852039166",
  "0xa9fea9fe",
  "0xA9FEA9FE",
  "025177524776",
  "0251.0376.0251.0376",
  "0xa9.0xfe.0xa9.0xfe",
  "0xa9.254.0251.254",
  "169.16689662",
  "169.254.43518",
  "169.254.169.0xfe",
  "①⑥⑨.②⑤④.①⑥⑨.②⑤④",
  "169。254。169。254",
  "%31%36%39.254.169.254",
  "169.254.170.2",
  "169.254.0.1",
  "100.100.100.200",
  "0x646464c8",
  "168.63.129.16",
  "0",
  "0.0.0.0",
  "0x0",
  "0.1.2.3",
  "192.0.0.192",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "4294967295",
  "[::]",
  "[0:0:0:0:0:0:0:0]",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[0:0:0:0:0:ffff:169.254.169.254]",
  "[::FFFF:A9FE:A9FE]",
  "[::169.254.169.254]",
  "[::a9fe:a9fe]",
  "[::ffff:0:169.254.169.254]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b::a9fe:a9fe]",
  "[64:ff9b:1::a9fe:a9fe]",
  "[2002:a9fe:a9fe::]",
  "[2002:a9fe:a9fe::1]",
  "[2001:0:a9fe:a9fe::1]",
  "[fe80::1]",
  "[febf::1]",
  "[ff02::1]",
  "[fd00:ec2::254]",
  "[fd20:ce::254]",
];

const LOOPBACK = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "127.255.255.254",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "017700000001",
  "0177.0.0.1",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
];

const PRIVATE = [
  "10.0.0.1",
  "10.1",
  "167772161",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "0xc0.0xa8.0x1.0x1",
  "100.64.0.1",
  "100.127.255.255",
  "[fc00::1]",
  "[fd12:3456:789a::1]",
  "[fec0::1]",
  "[::ffff:192.168.1.1]",
  "[64:ff9b::10.0.0.1]",
];

const PUBLIC = [
  "1.1.1.1",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.0.1.1",
  "193.168.1.1",
  "223.255.255.255",
  "[2606:4700::1111]",
  "[::ffff:1.1.1.1]",
  "[64:ff9b::1.1.1.1]",
  "[2002:101:101::]",
];

/** The host as the transport sees it. */
const hostOf = (text: string): string => new URL(`https://${text}/v2/`).hostname;
const isRefused = (text: string, allowed: typeof STRICT): boolean => {
  try {
    refuseForbiddenHost(hostOf(text), allowed);
    return false;
  } catch {
    return true;
  }
};

describe("refuseForbiddenHost", () => {
  it.each(NEVER)("refuses %s whatever is allowed", (host) => {
    expect(isRefused(host, ANYTHING)).toBe(true);
  });

  it.each(LOOPBACK)("takes %s for loopback", (host) => {
    expect([isRefused(host, OWN_NETWORK), isRefused(host, THIS_MACHINE)]).toEqual([true, false]);
  });

  it.each(PRIVATE)("takes %s for private", (host) => {
    expect([isRefused(host, THIS_MACHINE), isRefused(host, OWN_NETWORK)]).toEqual([true, false]);
  });

  it.each([...PUBLIC, "registry.example", "localhost"])("lets %s pass", (host) => {
    expect(isRefused(host, STRICT)).toBe(false);
  });

  it("says which host, which address and what to do", () => {
    expect(() => refuseForbiddenHost("[::1]", STRICT)).toThrow(
      expect.objectContaining({
        code: "ADDRESS_FORBIDDEN",
        remedy: "giveUp",
        message: "connection to ::1 refused: it is a loopback address",
        hint: expect.stringContaining("allowedHosts"),
      }),
    );
  });
});

describe("isForbiddenAddress", () => {
  it("judges an address with a zone, and refuses what is none", () => {
    expect(isForbiddenAddress("fe80::1%eth0", ANYTHING)).toContain("link-local");
    expect(isForbiddenAddress("registry.example", ANYTHING)).toBe("it is not an IP address");
  });
});

describe("guardedLookup", () => {
  const addresses = (...list: string[]): LookupAddress[] =>
    list.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  function look(found: LookupAddress[], all: boolean, error: NodeJS.ErrnoException | null = null) {
    const lookup = guardedLookup(STRICT, (_host, _options, callback) => callback(error, found));
    return new Promise<unknown>((resolve) => {
      lookup("cdn.example", { all }, (problem, address, family) =>
        resolve(problem ?? (all ? address : [address, family])),
      );
    });
  }

  it("gives allowed addresses only, in both shapes sockets ask for", async () => {
    const found = addresses("10.0.0.1", "1.1.1.1", "fd00::1", "2606:4700::1");
    expect(await look(found, true)).toEqual(addresses("1.1.1.1", "2606:4700::1"));
    expect(await look(found, false)).toEqual(["1.1.1.1", 4]);
  });

  it("refuses a name that leads to forbidden addresses alone", async () => {
    expect(await look(addresses("127.0.0.1", "::1"), true)).toMatchObject({
      code: "ADDRESS_FORBIDDEN",
      message: "connection to cdn.example (127.0.0.1) refused: it is a loopback address",
    });
  });

  it("hands on what the resolver says", async () => {
    const error = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    expect(await look([], false, error)).toBe(error);
    expect(await look([], true)).toMatchObject({ code: "ADDRESS_FORBIDDEN" });
  });
});
