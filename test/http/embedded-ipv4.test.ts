import { describe, expect, it } from "vitest";
import { embeddedIpv4 } from "../../lib/http/embedded-ipv4.ts";

describe("embeddedIpv4", () => {
  it.each([
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::ffff:a01:203", "10.1.2.3"],
    ["::10.1.2.3", "10.1.2.3"],
    ["::ffff:0:10.1.2.3", "10.1.2.3"],
    ["64:ff9b::10.1.2.3", "10.1.2.3"],
    ["2002:a01:203::", "10.1.2.3"],
    ["2002:a01:203:4:5:6:7:8", "10.1.2.3"],
    ["::ffff:10.1.2.3%eth0", "10.1.2.3"],
  ])("finds the address in %s", (ip, inner) => {
    expect(embeddedIpv4(ip)).toBe(inner);
  });

  it.each([
    "::",
    "::1",
    "fe80::1",
    "2606:4700::a01:203",
    "1:2:3:4:5:6:7:8",
    "10.1.2.3",
    "r.example",
  ])("finds none in %s", (ip) => {
    expect(embeddedIpv4(ip)).toBeUndefined();
  });
});
