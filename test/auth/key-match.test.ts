import { describe, expect, it } from "vitest";
import { keyMatches, longestMatch, nearestKey } from "../../lib/auth/key-match.ts";

const nginx = { registry: "docker.io", repository: "library/nginx" };
const app = { registry: "q.io", repository: "n/app" };

describe("keyMatches", () => {
  it.each([
    "docker.io",
    "DOCKER.IO",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
    "https://index.docker.io/v1/",
    "https://index.docker.io/v2/",
    "index.docker.io/v1/",
    "http://docker.io",
    "docker.io/library",
    "registry.hub.docker.com/library/",
  ])("A24: %s is Docker Hub's key", (key) => {
    expect(keyMatches(key, nginx)).toBe(true);
    expect(keyMatches(key, app)).toBe(false);
  });

  it.each([
    ["q.io", true],
    ["q.io/", true],
    ["q.io//", true],
    ["https://q.io", true],
    ["https://q.io/v2/", true],
    ["q.io/n", true],
    ["q.io/n/", true],
    ["q.io/n/app", true],
    ["q.io/n/app/", true],
    ["q.io/n/ap", false],
    ["q.io/n/app/sub", false],
    ["q.io/nn", false],
    ["q.io/v2", false],
    ["q.io:443", false],
    ["q.io:5000/n", false],
    ["q.i", false],
    ["x.q.io", false],
    ["n", false],
    ["", false],
    ["/", false],
    ["https://", false],
    ["/n", false],
  ])("%j against q.io/n/app: %s", (key, expected) => {
    expect(keyMatches(key, app)).toBe(expected);
  });

  it("tells ports apart", () => {
    const name = { registry: "h:5000", repository: "a" };
    expect(keyMatches("h:5000", name)).toBe(true);
    expect(keyMatches("h:5001", name)).toBe(false);
    expect(keyMatches("h", name)).toBe(false);
  });

  it("covers the registry as a whole with its own key alone", () => {
    const whole = { registry: "q.io", repository: "" };
    expect(keyMatches("q.io", whole)).toBe(true);
    expect(keyMatches("q.io/n", whole)).toBe(false);
  });
});

describe("longestMatch", () => {
  const entries = ["q.io", "q.io/n/app", "q.io/n", "q.io/nn", "", "other.io"];

  it.each([entries, [...entries].reverse()])("takes the longest key in any order", (...keys) => {
    const map = new Map(keys.map((key) => [key, key]));
    expect(longestMatch(map, app)).toBe("q.io/n/app");
    expect(longestMatch(map, { registry: "q.io", repository: "n/b" })).toBe("q.io/n");
    expect(longestMatch(map, { registry: "q.io", repository: "m/b" })).toBe("q.io");
    expect(longestMatch(map, nginx)).toBeUndefined();
  });

  it("takes the first of keys that mean the same", () => {
    const map = new Map([
      ["index.docker.io", 1],
      ["docker.io", 2],
    ]);
    expect(longestMatch(map, nginx)).toBe(1);
  });
});

describe("nearestKey", () => {
  it.each([
    [["harbor.exmaple.com"], "harbor.example.com", "harbor.exmaple.com"],
    [["harbor.example.com"], "harbor.example.com:8443", "harbor.example.com"],
    [["h.io:5000/team", "other.io"], "h.io:5001", "h.io:5000/team"],
    [["quay.io", "qua.io"], "quey.io", "quay.io"],
    [["ghcr.io"], "registry.example.com", undefined],
    [["q.io"], "q.io", undefined],
    [["q.io", "h.io:5001", "h.io:5000"], "h.io:5000", undefined],
    [[""], "q.io", undefined],
  ])("%j for %s is %s", (keys, registry, expected) => {
    expect(nearestKey(keys, registry)).toBe(expected);
  });
});
