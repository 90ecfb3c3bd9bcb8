import { describe, expect, it } from "vitest";
import {
  type ConfiguredCredential,
  configuredKeychain,
} from "../../lib/auth/configured-keychain.ts";
import { gcrOauthKeychain } from "../../lib/auth/gcr-oauth.ts";
import { keychainOf } from "../../lib/auth/keychain.ts";
import { Secret } from "../../lib/base/secret.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { basic, keychainWith } from "./auth-bed.ts";
import { nodeTransport } from "./node-transport.ts";

const entries = new Map<string, ConfiguredCredential>([
  ["q.io", { username: "u", password: { kind: "literal", secret: new Secret("p") } }],
  ["q.io/n", { username: "ref", password: { kind: "reference", reference: "env:PW" } }],
  ["az.io", { identityToken: { kind: "reference", reference: "env:TOKEN" } }],
  ["docker.io", { from: "docker-config" }],
]);

const asked: string[] = [];
const keychain = configuredKeychain(entries, async (reference) => {
  asked.push(reference);
  if (reference === "env:PW") return new Secret("resolved");
  throw new Error(`cannot resolve ${reference}`);
});

describe("configuredKeychain", () => {
  it("gives the longest key's credential, and resolves only what is asked for", async () => {
    expect(await keychain.credentialFor({ registry: "q.io", repository: "m/app" })).toEqual(
      basic("u", "p"),
    );
    expect(asked).toEqual([]);
    expect(await keychain.credentialFor({ registry: "q.io", repository: "n/app" })).toEqual(
      basic("ref", "resolved"),
    );
    expect(asked).toEqual(["env:PW"]);
    expect(await keychain.credentialFor({ registry: "r.io", repository: "a" })).toBeUndefined();
  });

  it("has a refused secret looked up anew", async () => {
    const freshness: unknown[] = [];
    const watched = configuredKeychain(entries, async (_, options) => {
      freshness.push(options?.fresh);
      return new Secret("resolved");
    });
    const name = { registry: "q.io", repository: "n/app" };
    await watched.credentialFor(name);
    await watched.credentialFor(name, { fresh: true });
    expect(freshness).toEqual([false, true]);
  });

  it("leaves credentials that a cloud is asked for to another keychain", async () => {
    const ofCloud = configuredKeychain(new Map([["q.io", { from: "acr" }]]), async () => {
      throw new Error("nothing to resolve");
    });
    expect(await ofCloud.credentialFor({ registry: "q.io", repository: "a" })).toBeUndefined();
  });

  it("fails with what the resolver says", async () => {
    const work = keychain.credentialFor({ registry: "az.io", repository: "a" });
    await expect(work).rejects.toThrow("cannot resolve env:TOKEN");
  });

  it("names the key that was meant for a registry it does not know, through every chain", () => {
    const chain = gcrOauthKeychain(
      keychainOf(
        keychainWith(() => undefined),
        keychain,
      ),
      { transport: nodeTransport(), clock: new VirtualClock() },
    );
    expect(chain.nearestKey?.("az.oi")).toBe("az.io");
    expect(chain.nearestKey?.("az.io")).toBeUndefined();
    expect(chain.nearestKey?.("registry.example.com")).toBeUndefined();
  });

  it("leaves a registry to the keychains after it where it says so", async () => {
    const chain = keychainOf(
      keychain,
      keychainWith(() => basic("docker", "config")),
    );
    const hub = { registry: "docker.io", repository: "library/nginx" };
    expect(await chain.credentialFor(hub)).toEqual(basic("docker", "config"));
  });
});
