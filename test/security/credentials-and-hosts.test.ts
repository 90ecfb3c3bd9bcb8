import { describe, expect, it, onTestFinished } from "vitest";
import { Secret } from "../../lib/base/secret.ts";
import type { CredentialConfig } from "../../lib/config/loaded-config.ts";
import type { RegistrySettings } from "../../lib/http/origin-settings.ts";
import { tlsOptions } from "../../lib/http/tls-options.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import type { HostileCase } from "../support/hostile-registry/hostile-case.ts";
import { HOSTILE_CASES } from "../support/hostile-registry/hostile-cases.ts";
import {
  type HostileScene,
  REPOSITORY,
  startHostileScene,
} from "../support/hostile-registry/hostile-scene.ts";
import { randomImage } from "../support/random-image.ts";
import { openSocketFerry, type SocketFerry } from "../support/socket-ferry.ts";
import { policyOf } from "../support/sync-world.ts";

function caseNamed(name: string): HostileCase {
  const found = HOSTILE_CASES.find((hostile) => hostile.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  return found;
}

function passwordOf(username: string, password: string): CredentialConfig {
  return { username, password: { kind: "literal", secret: new Secret(password) } };
}

async function played(
  name: string,
  settings: (strangers: readonly string[]) => Partial<RegistrySettings>,
): Promise<HostileScene> {
  const scene = await startHostileScene(caseNamed(name));
  onTestFinished(() => scene.close());
  const { source, target, strangers } = scene;
  const ferry = await ferryOf(
    [source, target].map(({ host }) => ({
      ...{ registry: host, plainHttp: true },
      ...settings(strangers),
    })),
    new Map([source, target].map((end) => [end.host, passwordOf(end.username, end.password)])),
  );
  const policy = policyOf(`${source.host}/${REPOSITORY}:v1`, `${target.host}/${REPOSITORY}`);
  await ferry.sync({ ...policy, options: { ...policy.options, foreignLayers: "copy" } });
  return scene;
}

async function ferryOf(
  registries: readonly RegistrySettings[],
  credentials: ReadonlyMap<string, CredentialConfig>,
): Promise<SocketFerry> {
  const ferry = await openSocketFerry({ registries, credentials });
  onTestFinished(() => ferry.close());
  return ferry;
}

describe("credentials and hosts", () => {
  it("rule 1: a realm that the configuration names may see the password", async () => {
    const scene = await played("Bearer realm on another host", (tokenRealms) => ({ tokenRealms }));
    expect(scene.strayed().some(({ hasCredentials }) => hasCredentials)).toBe(true);
  });

  it("rule 1: a realm that is an allowed host, and no named realm, may not", async () => {
    const scene = await played("Bearer realm on another host", (allowedHosts) => ({
      allowedHosts,
    }));
    expect(scene.strayed()).toEqual([]);
  });

  it.each([
    "blob 307 to another host",
    "307 to another port of the same host",
    "manifest 307 to another host",
    "Basic challenge at the target of a redirect",
  ])("rule 3: a redirect to an allowed host is followed without credentials: %s", async (name) => {
    const scene = await played(name, (allowedHosts) => ({ allowedHosts }));
    expect(scene.strayed().length).toBeGreaterThan(0);
    expect(scene.strayed().filter(({ hasCredentials }) => hasCredentials)).toEqual([]);
  });

  it.each(["upload Location on another host", "upload Location on another port of the same host"])(
    "rule 4: an allowed host gets no upload by plain http: %s",
    async (name) => {
      const scene = await played(name, (allowedHosts) => ({ allowedHosts }));
      expect(scene.strayed()).toEqual([]);
      expect(scene.tagAtTarget()).toBe("none");
    },
  );

  it("rule 6: certificates are verified, whatever the environment says", () => {
    // Said to each socket, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    expect(tlsOptions().rejectUnauthorized).toBe(true);
    expect(tlsOptions({ insecureSkipVerify: false }).rejectUnauthorized).toBe(true);
    expect(tlsOptions({ insecureSkipVerify: true }).rejectUnauthorized).toBe(false);
  });

  it("rule 7: `urls` of a layer are never fetched, not even when the layer is to be copied", async () => {
    const scene = await played("foreign layer with `urls`", (allowedHosts) => ({ allowedHosts }));
    expect(scene.strayed()).toEqual([]);
    expect(scene.source.registry.count({ kind: "blob" })).toBeGreaterThan(0);
  });

  it("rule 8: what belongs to the source is not used for the target, on one host either", async () => {
    const registry = createFakeRegistry();
    const server = await registry.listen();
    onTestFinished(() => server.close());
    registry.seed("from/app", randomImage({ seed: "one host" }), "v1");
    const { host } = server.url;
    const credentials = new Map([
      [`${host}/from`, passwordOf("reader", "of-the-source")],
      [`${host}/to`, passwordOf("writer", "of-the-target")],
    ]);
    registry.setQuirks({});
    const ferry = await ferryOf([{ registry: host, plainHttp: true }], credentials);
    const report = await ferry.sync(policyOf(`${host}/from/app:v1`, `${host}/to/app`));
    expect(report.totals.copied).toBe(1);
    const basic = (user: string, password: string): string =>
      `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    for (const { path, headers } of registry.log) {
      const foreign = path.startsWith("/v2/to/")
        ? basic("reader", "of-the-source")
        : basic("writer", "of-the-target");
      expect(headers["authorization"], path).not.toBe(foreign);
    }
  });
});
