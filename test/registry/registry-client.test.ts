import { describe, expect, it } from "vitest";
import type { Authorizer } from "../../lib/auth/authorizer.ts";
import { FerryError } from "../../lib/base/error.ts";
import { HostGate } from "../../lib/http/host-gate.ts";
import type { HttpRequest, Transport } from "../../lib/http/transport.ts";
import type { RegistryCall } from "../../lib/registry/registry-call.ts";
import { remoteRepository } from "../../lib/registry/remote-repository.ts";
import { seededBytes } from "../support/blob-source.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import { createFakeRegistry } from "../support/fake-registry.ts";
import { randomImage } from "../support/random-image.ts";
import { JumpClock } from "./jump-clock.ts";
import {
  clientOver,
  failureOf,
  PASSWORD,
  REPOSITORY,
  registryRig,
  USERNAME,
  upload,
} from "./registry-rig.ts";

const IMAGE = randomImage({ seed: "client" });
const V1 = { kind: "tag", tag: "v1" } as const;
const PING: RegistryCall = { method: "GET", about: "ping", target: "/v2/", scopes: [] };
const BEARER = { kind: "bearer", username: USERNAME, password: PASSWORD } as const;
const BASIC = { kind: "basic", username: USERNAME, password: PASSWORD } as const;

function seeded(auth: typeof BEARER | typeof BASIC, quirks: Quirks = {}) {
  const rig = registryRig({ auth, quirks });
  rig.fake.seed(REPOSITORY, IMAGE, "v1");
  return rig;
}

describe("a registry client and who it is", () => {
  it("answers one challenge, and proves itself at once from then on", async () => {
    const { reader, fake } = seeded(BEARER);
    await reader.resolve(V1);
    await reader.resolve(V1);
    await reader.fetchManifest(V1);
    expect(fake.log.map(({ status, route }) => `${route.kind} ${status}`)).toEqual([
      "manifest 401",
      "token 200",
      "manifest 200",
      "manifest 200",
      "manifest 200",
    ]);
  });

  it("asks for one token when many requests start together", async () => {
    const { reader, fake } = seeded(BEARER);
    await Promise.all(Array.from({ length: 10 }, () => reader.fetchManifest(V1)));
    expect(fake.count({ kind: "token" })).toBe(1);
  });

  it("asks for pull to read, and for pull and push together to write", async () => {
    const { reader, repository, fake } = seeded(BEARER);
    await reader.resolve(V1);
    await repository.resolve(V1);
    await upload(repository, seededBytes("scopes", 10));
    const tokens = fake.log.filter(({ route }) => route.kind === "token");
    expect(tokens.map(({ query }) => query.getAll("scope"))).toEqual([
      ["repository:team/app:pull"],
      ["repository:team/app:pull,push"],
    ]);
  });

  it("A8: gets the challenge from the root when a 401 has none", async () => {
    const { reader, fake } = seeded(BEARER, { challengeOnlyOnPing: true });
    expect(await reader.resolve(V1)).toBeDefined();
    expect(fake.log.map(({ path }) => path)).toContain("/v2/");
  });

  it("A14: a token that allows nothing is refused once, with host and repository", async () => {
    const { reader, fake } = seeded(BEARER, { grant: "none" });
    const error = await failureOf(reader.fetchManifest(V1));
    expect(error.remedy).toBe("authenticate");
    expect(error.message).toContain("registry.test/v2/team/app");
    expect(fake.count({ kind: "token" })).toBeLessThanOrEqual(2);
  });

  it("A17: sends Basic with every request after the first", async () => {
    const { repository, fake } = seeded(BASIC);
    await repository.resolve(V1);
    await upload(repository, seededBytes("basic", 10));
    expect(fake.count({ status: 401 })).toBe(1);
  });

  it("A20: keeps no cookie", async () => {
    const { repository, fake } = seeded(BEARER, { setCookie: true });
    await repository.resolve(V1);
    await upload(repository, seededBytes("cookie", 10));
    expect(fake.log.every(({ headers }) => headers["cookie"] === undefined)).toBe(true);
  });

  it("repeats a streamed body never by itself, even for a new token", async () => {
    const { client, fake } = seeded(BEARER);
    let opened = 0;
    const stream = (async function* () {
      opened++;
      yield Buffer.from("12345");
    })();
    const call: RegistryCall = {
      method: "PATCH",
      about: "upload",
      target: "/v2/team/app/blobs/uploads/1",
      scopes: [{ kind: "repository", repository: REPOSITORY, actions: ["pull", "push"] }],
      body: { stream, bytes: 5 },
    };
    const error = await failureOf(client.send(call));
    expect(error).toMatchObject({ code: "CREDENTIALS_RENEWED", remedy: "retry" });
    expect(fake.count({ method: "PATCH" })).toBe(1);
    expect(opened).toBeLessThanOrEqual(1);
  });
});

describe("a registry client on the wire", () => {
  it("says who it is and wants bytes as they are", async () => {
    const { client, fake } = registryRig();
    await (await client.send(PING)).discard();
    expect(fake.log[0]?.headers).toMatchObject({
      "user-agent": "imageferry/test",
      "accept-encoding": "identity",
    });
  });

  it("keeps everybody waiting while the host wants a pause", async () => {
    const { reader, fake, clock } = registryRig({
      quirks: { throttle: { n: 1, retryAfter: "seconds", seconds: 60 } },
    });
    fake.seed(REPOSITORY, IMAGE, "v1");
    await Promise.all([reader.fetchManifest(V1), reader.fetchManifest(V1)]);
    expect(fake.count({ status: 429 })).toBe(1);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
  });

  it("gives its place in the gate back, whatever happens", async () => {
    const clock = new JumpClock();
    const gate = new HostGate({ clock, concurrencyStart: 1, concurrencyMax: 1 });
    const rig = registryRig({ client: { gate }, quirks: { fail: { status: "reset", times: 2 } } });
    rig.fake.seed(REPOSITORY, IMAGE, "v1");
    const [layer] = IMAGE.blobs.keys();
    const blob = { mediaType: "x", digest: layer!, size: IMAGE.blobs.get(layer!)!.bytes };
    const unread = await rig.reader.fetchBlob(blob);
    await upload(rig.repository, seededBytes("gate", 10));
    await unread[Symbol.asyncIterator]().return?.();
    await rig.reader.resolve(V1);
  });

  it("tells about each wait", async () => {
    const told: string[] = [];
    const onRetry = (host: string, error: FerryError) => told.push(`${host} ${error.code}`);
    const { client } = registryRig({
      quirks: { fail: { status: 503, times: 2 } },
      client: { onRetry },
    });
    await (await client.send(PING)).discard();
    expect(told).toEqual(["registry.test SERVER_ERROR", "registry.test SERVER_ERROR"]);
  });

  it("tries as often as it is told to", async () => {
    const { client, fake } = registryRig({
      quirks: { fail: { status: 503, times: 99 } },
      client: { retriesMax: 1 },
    });
    await failureOf(client.send(PING));
    expect(fake.log).toHaveLength(2);
  });

  it("repeats a read whose body broke", async () => {
    const fake = createFakeRegistry();
    fake.seed(REPOSITORY, IMAGE, "v1");
    let cuts = 2;
    const cutting: Transport = {
      ...fake.transport(),
      async send(request) {
        const response = await fake.transport().send(request);
        return cuts-- > 0 ? { ...response, body: broken() } : response;
      },
    };
    const client = clientOver(cutting);
    const repository = remoteRepository(client, {
      registry: "registry.test",
      repository: REPOSITORY,
    });
    expect((await repository.fetchManifest(V1))?.descriptor.digest).toBe(IMAGE.root.digest);
  });
});

describe("a registry client that may fall back to plain http", () => {
  const https = new URL("https://registry.test");
  const http = new URL("http://registry.test");

  /** Nobody speaks TLS; plain http is served. */
  function plainOnly(code: string) {
    const fake = createFakeRegistry();
    const tried: string[] = [];
    const transport: Transport = {
      ...fake.transport(),
      async send(request: HttpRequest) {
        tried.push(request.url.protocol);
        if (request.url.protocol === "http:") return fake.transport().send(request);
        throw new FerryError("no TLS", { code, remedy: "giveUp" });
      },
    };
    return { transport, tried };
  }

  it.each(["TLS_MISMATCH", "TLS_HANDSHAKE", "NETWORK_REFUSED", "NETWORK_PROTOCOL"])(
    "does so after %s, once and for good",
    async (code) => {
      const { transport, tried } = plainOnly(code);
      const client = clientOver(transport, { origin: https, plainHttpFallbackOrigin: http });
      await (await client.send(PING)).discard();
      await (await client.send(PING)).discard();
      expect(tried).toEqual(["https:", "http:", "http:"]);
      expect(client.url("/").protocol).toBe("http:");
    },
  );

  it("does so once for requests that start together", async () => {
    const { transport, tried } = plainOnly("TLS_MISMATCH");
    const client = clientOver(transport, { origin: https, plainHttpFallbackOrigin: http });
    const responses = await Promise.all([client.send(PING), client.send(PING)]);
    for (const response of responses) await response.discard();
    expect(tried.toSorted()).toEqual(["http:", "http:", "https:", "https:"]);
  });

  it("does not where the certificate is not trusted, nor without being told to", async () => {
    const untrusted = plainOnly("TLS_UNTRUSTED");
    const options = { origin: https, plainHttpFallbackOrigin: http };
    await failureOf(clientOver(untrusted.transport, options).send(PING));
    expect(untrusted.tried).toEqual(["https:"]);
    const strict = plainOnly("TLS_MISMATCH");
    await failureOf(clientOver(strict.transport, { origin: https }).send(PING));
    expect(strict.tried).toEqual(["https:"]);
  });

  it("uses the authorizer that belongs to the origin in use", async () => {
    const { transport } = plainOnly("TLS_MISMATCH");
    const asked: string[] = [];
    const spy = (name: string): Authorizer => ({
      headerFor: async () => {
        asked.push(name);
        return undefined;
      },
      answerChallenge: async () => undefined,
    });
    const client = clientOver(transport, {
      origin: https,
      authorizer: spy("https"),
      plainHttpFallbackOrigin: http,
      plainHttpFallbackAuthorizer: spy("http"),
    });
    const call: RegistryCall = { ...PING, scopes: [{ kind: "catalog" }] };
    for (const _ of [1, 2]) await (await client.send(call)).discard();
    expect(asked).toEqual(["https", "http"]);
  });
});

// biome-ignore lint/correctness/useYield: it breaks before its first byte
async function* broken(): AsyncGenerator<Uint8Array> {
  throw new FerryError("cut", { code: "NETWORK_RESET", remedy: "retry" });
}
