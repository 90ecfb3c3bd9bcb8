import { describe, expect, it } from "vitest";
import type { Scope } from "../../lib/auth/authorizer.ts";
import { Secret } from "../../lib/base/secret.ts";
import { basic, errorOf, keychainWith, PULL, withBed } from "./auth-bed.ts";

const LOGIN = "ferry:pa:ss";
const ferry = basic("ferry", "pa:ss");
const OTHER: Scope = { kind: "repository", repository: "c/d", actions: ["pull"] };

describe("credentialsRefused", () => {
  it("A15: reports refused credentials, and does not loop", async () => {
    const switches = { login: LOGIN, refusedChallenge: ['Basic realm="harbor"'] };
    await withBed({ switches, credential: basic("ferry", "wrong!") }, async (bed) => {
      const error = await errorOf(bed.ask(PULL));
      expect(error).toMatchObject({ code: "CREDENTIALS_REFUSED", remedy: "authenticate" });
      expect(error.message).toContain(
        `${bed.server.url.host} refused the password of user "ferry"`,
      );
      expect(error.message).toContain("incorrect username or password");
      expect(error.hint).toContain(`imageferry login ${bed.server.url.host}`);
      expect(`${error.message}${error.hint}`).not.toContain("wrong!");
      expect(bed.server.seen.length).toBeLessThanOrEqual(3);
    });
  });

  it("A15: takes a Basic challenge to a refused token for no offer of Basic", async () => {
    const switches = { login: LOGIN, refusedChallenge: ['Basic realm="harbor"'], usesMax: 2 };
    await withBed({ switches, credential: ferry }, async (bed) => {
      for (let request = 0; request < 6; request++) expect(await bed.ask(PULL)).toBe(200);
      const toRegistry = bed.server.seen.filter(({ path }) => path !== "/token");
      expect(
        toRegistry.filter(({ headers }) => headers.authorization?.startsWith("Basic")),
      ).toEqual([]);
    });
  });

  it("uses a registry token as it is, and says so when it is refused", async () => {
    const credential = { kind: "registryToken", token: new Secret("mine") } as const;
    await withBed({ credential }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(401);
      const error = await errorOf(bed.ask(PULL));
      expect(error.message).toContain("refused the registry token");
      expect(bed.counts().token).toBe(0);
      expect(bed.server.seen.at(-1)?.headers.authorization).toBe("Bearer mine");
    });
  });

  it("names what is missing when a registry wants Basic and there is no password", async () => {
    const switches = { basic: true, challenge: ["Basic"], login: LOGIN };
    await withBed({ switches }, async (bed) => {
      const error = await errorOf(bed.ask(PULL));
      expect(error.code).toBe("CREDENTIALS_REFUSED");
      expect(error.message).toBe(
        `${bed.server.url.host}/a/b wants credentials and none were found`,
      );
    });
  });

  it.each([
    ["that none were found", undefined],
    ["that they were refused", basic("ferry", "wrong!")],
  ])("names the nearest key beside the news %s", async (_, credential) => {
    const keychain = { ...keychainWith(() => credential), nearestKey: () => "harbor.exmaple.com" };
    await withBed({ switches: { login: LOGIN }, options: { keychain } }, async (bed) => {
      const { hint } = await errorOf(bed.ask(PULL));
      expect(hint).toContain(`No auth entry matches ${bed.server.url.host}`);
      expect(hint).toContain('the nearest key is "harbor.exmaple.com"');
    });
  });

  it("keeps the credentials of two repositories apart", async () => {
    const keychain = {
      credentialFor: async ({ repository }: { repository: string }) =>
        repository === "a/b" ? ferry : undefined,
    };
    await withBed({ switches: { login: LOGIN }, options: { keychain } }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      expect((await errorOf(bed.ask(OTHER))).message).toContain("none were found");
      expect(await bed.ask(PULL)).toBe(200);
    });
  });

  it("lets the registry say whether a token is needed when none can be had ahead", async () => {
    let credential = ferry;
    const keychain = { credentialFor: async () => credential };
    await withBed({ switches: { login: LOGIN }, options: { keychain } }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      credential = basic("ferry", "wrong!");
      await bed.clock.advance(600_000);
      expect(await bed.authorizer.headerFor([PULL])).toBeUndefined();
      expect((await errorOf(bed.ask(PULL))).code).toBe("CREDENTIALS_REFUSED");
    });
  });

  it("passes on a fault of the token server that passes", async () => {
    let status = 200;
    const reply = (token: string) => ({ status, body: JSON.stringify({ token }) });
    await withBed({ switches: { reply } }, async (bed) => {
      expect(await bed.ask(PULL)).toBe(200);
      status = 503;
      await bed.clock.advance(600_000);
      expect(await errorOf(bed.ask(PULL))).toMatchObject({ remedy: "retry", status: 503 });
      status = 200;
      expect(await bed.ask(PULL)).toBe(200);
    });
  });
});
