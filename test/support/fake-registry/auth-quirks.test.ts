import { describe, expect, it } from "vitest";
import { createFakeRegistry } from "../fake-registry.ts";
import { seedImage } from "../image-content.ts";
import { plainClient } from "../plain-client.ts";
import { randomImage } from "../random-image.ts";
import { VirtualClock } from "../virtual-clock.ts";
import type { AuthQuirks } from "./auth-quirks.ts";
import type { FakeAuth } from "./options.ts";
import { describeSwitches, type SwitchChecks } from "./quirk-bench.ts";
import type { Quirks } from "./quirks.ts";
import { basicHeader } from "./token-server.ts";

const BEARER = { kind: "bearer", username: "u", password: "p", refreshToken: "r" } as const;
const MANIFEST = "/v2/a/manifests/v1";
const PULL = "repository:a:pull";

function open(quirks: Quirks = {}, auth: FakeAuth = BEARER) {
  const clock = new VirtualClock();
  const registry = createFakeRegistry({ auth, quirks, clock });
  seedImage(registry, "a", "v1", randomImage({ seed: "auth" }));
  const client = plainClient(registry.transport());
  const basic = basicHeader("u", "p");
  const askToken = (scopes: readonly string[], authorization?: string) => {
    const query = new URLSearchParams(scopes.map((scope): [string, string] => ["scope", scope]));
    return client.send(
      "GET",
      `/token?${query}`,
      authorization ? { headers: { authorization } } : {},
    );
  };
  const postToken = (form: Record<string, string>) =>
    client.send("POST", "/token", { body: new URLSearchParams(form).toString() });
  const getManifest = (authorization?: string) =>
    client.send("GET", MANIFEST, authorization ? { headers: { authorization } } : {});
  const login = async (...scopes: readonly string[]) => {
    const { token, access_token } = JSON.parse((await askToken(scopes, basic)).text);
    return `Bearer ${token ?? access_token}`;
  };
  return { registry, client, clock, basic, askToken, postToken, getManifest, login };
}

async function challengesWith(quirks: Quirks): Promise<readonly string[]> {
  return (await open(quirks).getManifest()).headers.all("www-authenticate");
}

describe("bearer auth", () => {
  it("challenges, gives a token for good credentials, and lets that token in", async () => {
    const { registry, getManifest, login } = open();
    const refused = await getManifest();
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(
      `Bearer realm="http://registry.test/token",service="fake-registry",scope="${PULL}"`,
    );
    expect((await getManifest(await login(PULL))).status).toBe(200);
    expect([registry.count({ kind: "token" }), registry.count({ status: 401 })]).toEqual([1, 1]);
  });

  it.each([
    ["no credentials", undefined, 401],
    ["wrong ones", basicHeader("u", "wrong"), 401],
    ["good ones", basicHeader("u", "p"), 200],
  ])("answers a token request with %s", async (_, authorization, status) => {
    expect((await open().askToken([PULL], authorization)).status).toBe(status);
  });

  it("gives anonymous clients a token to pull, never to push", async () => {
    const { askToken, client, getManifest } = open({}, { ...BEARER, anonymousPull: true });
    const { token } = JSON.parse((await askToken(["repository:a:pull,push"])).text);
    const authorization = `Bearer ${token}`;
    expect((await getManifest(authorization)).status).toBe(200);
    const headers = { authorization };
    const push = await client.send("POST", "/v2/a/blobs/uploads/", { headers });
    expect(push.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  it("wants a pull scope for the repository a blob is mounted from", async () => {
    const { client, login } = open();
    const path = `/v2/a/blobs/uploads/?mount=sha256:${"0".repeat(64)}&from=b`;
    const narrow = { authorization: await login("repository:a:pull,push") };
    expect((await client.send("POST", path, { headers: narrow })).status).toBe(401);
    const wide = { authorization: await login("repository:a:pull,push", "repository:b:pull") };
    expect((await client.send("POST", path, { headers: wide })).status).toBe(202);
  });

  it.each([
    [{ grant_type: "refresh_token", refresh_token: "r", client_id: "c", service: "s" }, 200],
    [{ grant_type: "refresh_token", refresh_token: "x", client_id: "c", service: "s" }, 401],
    [{ grant_type: "password", username: "u", password: "p", client_id: "c", service: "s" }, 200],
    [{ grant_type: "password", username: "u", password: "p" }, 401],
  ])("answers the POST form %j", async (form, status) => {
    expect((await open().postToken(form)).status).toBe(status);
  });

  it("lets tokens die", async () => {
    const { clock, getManifest, login } = open();
    const token = await login(PULL);
    await clock.advance(301_000);
    const refused = await getManifest(token);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  it("names a token server elsewhere", async () => {
    const auth = { ...BEARER, tokenOrigin: "http://auth.test" };
    const refused = await open({}, auth).getManifest();
    expect(refused.headers.get("www-authenticate")).toContain('realm="http://auth.test/token"');
  });
});

const CHECKS: SwitchChecks<AuthQuirks> = {
  token: async () => {
    const field = await open({ token: { field: "access_token" } }).askToken([], open().basic);
    expect(Object.keys(JSON.parse(field.text))).not.toContain("token");
    const silent = { expiresIn: null, issuedAt: null };
    const bare = await open({ token: silent }).askToken([], open().basic);
    expect(Object.keys(JSON.parse(bare.text)).sort()).toEqual(["access_token", "token"]);
    const short = open({ token: { expiresIn: 5, enforce: true, issuedAt: 3_600_000 } });
    const reply = JSON.parse((await short.askToken([PULL], short.basic)).text);
    expect(Date.parse(reply.issued_at)).toBe(short.clock.now() + 3_600_000);
    await short.clock.advance(5000);
    expect((await short.getManifest(`Bearer ${reply.token}`)).status).toBe(401);
    const kept = open({ token: { expiresIn: 5 } });
    const token = await kept.login(PULL);
    await kept.clock.advance(59_000);
    expect((await kept.getManifest(token)).status).toBe(200);
  },
  expireAfterRequests: async () => {
    const { getManifest, login } = open({ expireAfterRequests: 1 });
    const token = await login(PULL);
    expect((await getManifest(token)).status).toBe(200);
    expect((await getManifest(token)).status).toBe(401);
  },
  challenge: async () => {
    const [bearer, basic] = await challengesWith({ challenge: ["Negotiate, {bearer}", "Basic"] });
    expect(bearer).toMatch(/^Negotiate, Bearer realm=/);
    expect(basic).toBe("Basic");
  },
  challengeOnlyOnPing: async () => {
    const { getManifest, client } = open({ challengeOnlyOnPing: true });
    expect((await getManifest()).headers.get("www-authenticate")).toBeUndefined();
    const ping = await client.send("GET", "/v2/");
    expect([ping.status, ping.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining("Bearer"),
    ]);
  },
  realm: async () => {
    expect((await challengesWith({ realm: "/token" }))[0]).toContain('realm="/token"');
  },
  challengeScope: async () => {
    const challengeScope = "repository:a/b:pull repository:c/d:pull";
    expect((await challengesWith({ challengeScope }))[0]).toContain(`scope="${challengeScope}"`);
  },
  grant: async () => {
    const scopes = [PULL, "repository:b:pull"];
    for (const [grant, status] of [
      ["first", 200],
      ["last", 401],
      ["none", 401],
    ] as const) {
      const { getManifest, login } = open({ grant });
      expect((await getManifest(await login(...scopes))).status).toBe(status);
    }
  },
  tokenRejects: async () => {
    const { askToken, basic } = open({ tokenRejects: ["delete", "catalog"] });
    expect((await askToken(["registry:catalog:*"], basic)).status).toBe(400);
    expect((await askToken(["repository:a:pull,delete"], basic)).status).toBe(400);
    expect((await askToken([PULL], basic)).status).toBe(200);
  },
  badCredsChallenge: async () => {
    const { getManifest } = open({ badCredsChallenge: 'Basic realm="harbor"' });
    const refused = await getManifest("Bearer wrong");
    expect(refused.headers.all("www-authenticate")).toEqual(['Basic realm="harbor"']);
  },
  tokenPost: async () => {
    const { postToken, askToken, basic } = open({ tokenPost: 404 });
    expect((await postToken({ grant_type: "refresh_token" })).status).toBe(404);
    expect((await askToken([PULL], basic)).status).toBe(200);
  },
  basicExpireAfter: async () => {
    const auth = { kind: "basic", username: "u", password: "p" } as const;
    const { registry, getManifest, basic } = open({ basicExpireAfter: 2 }, auth);
    const statuses = [];
    for (let turn = 0; turn < 3; turn++) statuses.push((await getManifest(basic)).status);
    expect(statuses).toEqual([200, 200, 401]);
    expect((await getManifest(basicHeader("u", registry.password))).status).toBe(200);
  },
  setCookie: async () => {
    const { getManifest, client } = open({ setCookie: true });
    const cookie = (await getManifest()).headers.get("set-cookie") ?? "";
    expect((await client.send("GET", MANIFEST, { headers: { cookie } })).status).toBe(403);
  },
  tokenBody: async () => {
    const html = await open({ tokenBody: "html" }).askToken([PULL], open().basic);
    expect(html.headers.get("content-type")).toBe("text/html");
    const huge = await open({ tokenBody: "huge" }).askToken([PULL], open().basic);
    expect(huge.bytes.byteLength).toBeGreaterThan(10_000_000);
  },
};

describeSwitches("switches of authentication", CHECKS);
