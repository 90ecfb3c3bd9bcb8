import { describe, expect, it } from "vitest";
import type { Scope } from "../../lib/auth/authorizer.ts";
import { Secret } from "../../lib/base/secret.ts";
import { basic, keychainWith, PULL, PUSH, withBed } from "./auth-bed.ts";
import type { Reply } from "./local-server.ts";
import type { StubSwitches } from "./registry-stub.ts";

const LOGIN = "ferry:pa:ss";
const ferry = basic("ferry", "pa:ss");
const json = (value: unknown): Reply => ({ body: JSON.stringify(value) });
const OTHER: Scope = { kind: "repository", repository: "c/d", actions: ["pull"] };

describe("createAuthorizer", () => {
  it.each<[string, StubSwitches]>([
    ["A1 access_token only", { reply: (token) => json({ access_token: token }) }],
    ["A1 both names", { reply: (token) => json({ token, access_token: token }) }],
    ["A2 no expires_in", { reply: (token) => json({ token }) }],
    ["A6 two headers, Bearer first", { challenge: ["%", "Basic"] }],
    ["A6 two headers, Basic first", { challenge: ['Basic realm="x"', "%"] }],
    ["A7 unknown scheme first", { challenge: ["Negotiate, %"] }],
    ["A7 one header, Basic last", { challenge: ['%, Basic realm="x"'] }],
    ["A9 relative realm", { realm: "/token" }],
    ["A11 joined scopes", { challengeScope: "repository:a/b:pull repository:h:1/d:pull" }],
    ["A12 only the first scope is granted", { grant: "first" }],
  ])("%s: one token call, and none for the next request", async (_, switches) => {
    await withBed({ switches: { login: LOGIN, ...switches }, credential: ferry }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      expect(await bed.ask(PULL)).toBe(200);
      expect(bed.counts()).toEqual({ token: 1, registry: 3 });
    });
  });

  it("asks with service, client id and one parameter per scope, as the user", async () => {
    const switches = { login: LOGIN, challengeScope: "repository:a/b:pull,push" };
    await withBed({ switches, credential: ferry }, async (bed) => {
      expect(await bed.ask(PULL, OTHER)).toBe(200);
      const asked = bed.server.seen.find(({ path }) => path === "/token");
      expect(asked?.query.getAll("scope")).toEqual([
        "repository:a/b:pull,push",
        "repository:c/d:pull",
      ]);
      expect(asked?.query.get("service")).toBe("stub");
      expect(asked?.query.get("client_id")).toBe("imageferry");
      expect(asked?.headers.authorization).toBe(`Basic ${btoa(LOGIN)}`);
      expect(asked?.headers.cookie).toBeUndefined();
    });
  });

  it("makes one token call for 30 requests at once", async () => {
    await withBed({ switches: { login: LOGIN }, credential: ferry }, async (bed) => {
      const all = await Promise.all(Array.from({ length: 30 }, () => bed.ask(PULL)));
      expect(new Set(all)).toEqual(new Set([200]));
      expect(bed.counts().token).toBe(1);
    });
  });

  it("goes without a credential to registries that ask for none", async () => {
    await withBed({}, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      expect(
        bed.server.seen.every(({ headers }) => !headers.authorization?.includes("Basic")),
      ).toBe(true);
    });
  });

  it.each<[string, StubSwitches, number]>([
    ["A2 after 61 s without expires_in", { tokenMs: 60_000 }, 61_000],
    [
      "A5 issued an hour ahead",
      {
        tokenMs: 300_000,
        reply: (token) => json({ token, expires_in: 300, issued_at: "2026-11-01T01:00:00Z" }),
      },
      301_000,
    ],
    [
      "A5 issued an hour ago",
      {
        tokenMs: 300_000,
        reply: (token) => json({ token, expires_in: 300, issued_at: "2026-10-31T23:00:00Z" }),
      },
      301_000,
    ],
  ])("%s: renews once, before the registry refuses", async (_, switches, laterMs) => {
    await withBed({ switches }, async (bed) => {
      await bed.ask(PULL);
      await bed.ask(PULL);
      expect(bed.counts()).toEqual({ token: 1, registry: 3 });
      await bed.clock.advance(laterMs);
      expect(await bed.ask(PULL)).toBe(200);
      expect(await bed.ask(PULL)).toBe(200);
      expect(bed.counts()).toEqual({ token: 2, registry: 5 });
    });
  });

  it("A3: survives tokens that end sooner than a minute", async () => {
    const reply = (token: string) => json({ token, expires_in: 5 });
    await withBed({ switches: { tokenMs: 5_000, reply } }, async (bed) => {
      await bed.ask(PULL);
      await bed.ask(PULL);
      await bed.clock.advance(6_000);
      expect(await bed.ask(PULL)).toBe(200);
      expect(bed.counts().token).toBe(2);
    });
  });

  it("A3: survives a token that ended before it was used twice", async () => {
    await withBed({ switches: { tokenMs: 5_000 } }, async (bed) => {
      await bed.ask(PULL);
      await bed.clock.advance(6_000);
      expect(await bed.ask(PULL)).toBe(200);
    });
  });

  it("A4: gets another token when one ends in the middle of a run", async () => {
    await withBed({ switches: { usesMax: 3 } }, async (bed) => {
      for (let request = 0; request < 9; request++) expect(await bed.ask(PUSH)).toBe(200);
      expect(bed.counts().token).toBe(3);
      bed.stub.revoke();
      expect(await bed.ask(PUSH)).toBe(200);
    });
  });

  it("A8: has no answer to a 401 without a challenge", async () => {
    await withBed({ switches: { challenge: [] } }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(401);
      expect(bed.counts()).toEqual({ token: 0, registry: 1 });
    });
  });

  it("widens once for insufficient scope, and keeps the wider token", async () => {
    await withBed({ switches: { challengeScope: "repository:a/b:pull,push" } }, async (bed) => {
      await bed.ask(PULL);
      expect(await bed.ask(PUSH)).toBe(200);
      expect(bed.counts()).toEqual({ token: 1, registry: 3 });
    });
    await withBed({}, async (bed) => {
      await bed.ask(PULL);
      expect(await bed.ask(PUSH)).toBe(200);
      expect(await bed.ask(PULL)).toBe(200);
      expect(bed.counts()).toEqual({ token: 2, registry: 4 });
    });
  });

  it("widens a token once when the registry asks for more", async () => {
    await withBed({}, async (bed) => {
      const challenge = (scope: string) => ({
        get: () => undefined,
        all: () => [`Bearer realm="/token",error="insufficient_scope",scope="${scope}"`],
      });
      const narrow = challenge("repository:a/b:pull");
      const wide = challenge("repository:a/b:pull,push");
      const first = await bed.authorizer.answerChallenge(narrow, [PULL], undefined);
      const second = await bed.authorizer.answerChallenge(wide, [PULL], first);
      expect(second).not.toBe(first);
      expect(bed.server.seen.at(-1)?.query.getAll("scope")).toEqual(["repository:a/b:pull,push"]);
      expect(await bed.authorizer.answerChallenge(wide, [PULL], second)).toBeUndefined();
      expect(bed.counts().token).toBe(2);
    });
  });

  it("A13: drops what a token server refuses as a whole", async () => {
    const rejects = ["delete", "catalog"];
    await withBed({ switches: { rejects } }, async (bed) => {
      const prune: Scope = {
        kind: "repository",
        repository: "a/b",
        actions: ["pull", "push", "delete"],
      };
      expect(await bed.ask(prune)).toBe(401);
      expect(bed.counts().token).toBe(2);
      expect(await bed.ask(PUSH)).toBe(200);
      expect(await bed.ask({ kind: "catalog" })).toBe(401);
    });
  });

  it("A14: asks no more for what a fresh token did not allow", async () => {
    await withBed({ switches: { grant: "none", login: LOGIN }, credential: ferry }, async (bed) => {
      for (let request = 0; request < 5; request++) expect(await bed.ask(PULL)).toBe(401);
      expect(bed.counts().token).toBe(1);
      await bed.clock.advance(120_000);
      expect(await bed.ask(PULL)).toBe(401);
      expect(bed.counts().token).toBeLessThanOrEqual(3);
    });
  });

  it.each([400, 401, 404, 405])("A16: falls back to GET when POST answers %i", async (status) => {
    const credential = { kind: "identityToken", token: new Secret("refresh-me") } as const;
    const switches = { login: "<token>:refresh-me", postStatus: status };
    await withBed({ switches, credential }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      expect(bed.counts().token).toBe(2);
    });
  });

  it("A17: sends Basic at once after the first 401", async () => {
    const switches = { basic: true, challenge: ['Basic realm="ecr"'], login: LOGIN };
    await withBed({ switches, credential: ferry }, async (bed) => {
      for (let request = 0; request < 5; request++) expect(await bed.ask(PUSH)).toBe(200);
      expect(bed.counts()).toEqual({ token: 0, registry: 6 });
    });
  });

  it("A18: takes a password that ended from its source again, once for all", async () => {
    const switches = { basic: true, challenge: ["Basic"], login: "AWS:one", usesMax: 10 };
    let password = "one";
    let asked = 0;
    const keychain = keychainWith(() => {
      asked++;
      return basic("AWS", password);
    });
    await withBed({ switches, options: { keychain } }, async (bed) => {
      for (let request = 0; request < 10; request++) await bed.ask(PUSH);
      password = "two";
      bed.stub.rotate("AWS:two");
      const all = await Promise.all(Array.from({ length: 8 }, () => bed.ask(PUSH)));
      expect(new Set(all)).toEqual(new Set([200]));
      expect(asked).toBe(2);
    });
  });

  it("A19: exchanges an identity token by the refresh grant", async () => {
    const credential = { kind: "identityToken", token: new Secret("refresh-me") } as const;
    await withBed({ switches: { login: "refresh-me" }, credential }, async (bed) => {
      expect(await bed.ask(PULL, OTHER)).toBe(200);
      const asked = bed.server.seen.find(({ path }) => path === "/token");
      expect(asked?.method).toBe("POST");
      expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
        grant_type: "refresh_token",
        refresh_token: "refresh-me",
        service: "stub",
        client_id: "imageferry",
        scope: "repository:a/b:pull repository:c/d:pull",
      });
    });
  });

  it("A22: an authorizer of another host goes anonymous, and never sees our credentials", async () => {
    await withBed({ options: { registry: "cdn.example" } }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      expect(
        bed.server.seen.some(({ headers }) => headers.authorization?.startsWith("Basic")),
      ).toBe(false);
    });
  });

  it("ends one caller's wait on abort, and not the shared exchange", async () => {
    await withBed({}, async (bed) => {
      const headers = {
        get: () => undefined,
        all: () => [`Bearer realm="${bed.server.url}token"`],
      };
      const abort = new AbortController();
      const gone = bed.authorizer.answerChallenge(headers, [PULL], undefined, abort);
      const stays = bed.authorizer.answerChallenge(headers, [PULL], undefined);
      abort.abort(new Error("stop"));
      await expect(gone).rejects.toThrow("stop");
      expect(await stays).toMatch(/^Bearer token-/);
      expect(bed.counts().token).toBe(1);
    });
  });
});
