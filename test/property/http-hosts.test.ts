import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isForbiddenAddress } from "../../lib/http/address-guard.ts";
import { redactUrl } from "../../lib/http/redact-url.ts";

const STRICT = { allowPrivate: false, allowLoopback: false };

/** Every way to write an IPv4 address that `new URL` reads. */
const SPELLINGS: readonly ((ip: number) => string)[] = [
  (ip) => String(ip),
  (ip) => `0x${ip.toString(16)}`,
  (ip) => `0${ip.toString(8)}`,
  (ip) => `${ip >>> 24}.${ip & 0xffffff}`,
  (ip) => `0x${(ip >>> 24).toString(16)}.0${((ip >>> 16) & 0xff).toString(8)}.${ip & 0xffff}`,
];

const PREFIXES = ["::ffff:", "::ffff:0:", "64:ff9b::", "2002:"];

const dotted = (ip: number) => [24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff).join(".");
const groups = (ip: number) => `${(ip >>> 16).toString(16)}:${(ip & 0xffff).toString(16)}`;

describe("the address guard", () => {
  it("gives an address the same answer in every spelling and in every IPv6 wrapping", () => {
    const addresses = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(0x7f000001, 0x0a000001, 0xa9fea9fe, 0xc0a80101, 0x646464c8, 0x01010101),
    );
    fc.assert(
      fc.property(addresses, (ip) => {
        const verdict = isForbiddenAddress(dotted(ip), STRICT);
        for (const spell of SPELLINGS) {
          const { hostname } = new URL(`http://${spell(ip)}/`);
          expect(isForbiddenAddress(hostname, STRICT)).toBe(verdict);
        }
        for (const prefix of PREFIXES) {
          const wrapped = `${prefix}${groups(ip)}${prefix === "2002:" ? "::" : ""}`;
          expect(isForbiddenAddress(wrapped, STRICT), wrapped).toBe(verdict);
        }
      }),
    );
  });
});

describe("redactUrl", () => {
  it("never shows user, password, fragment, upload id or the value of an unknown key", () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);
    const key = fc.stringMatching(/^[A-Za-z_-]{1,12}$/);
    const known = new Set(["n", "last", "mount", "from", "digest", "scope", "service"]);
    fc.assert(
      fc.property(secret, key, (value, name) => {
        fc.pre(!known.has(name));
        const url = `https://u${value}:${value}@r.example/v2/a/blobs/uploads/${value}?n=1&${name}=${value}#${value}`;
        expect(redactUrl(url)).toBe("https://r.example/v2/a/blobs/uploads/…?n=1");
      }),
    );
  });
});
