import { describe, expect, it } from "vitest";
import { parseScopes } from "../../lib/auth/scope.ts";
import { type CachedToken, TokenCache } from "../../lib/auth/token-cache.ts";
import { Secret } from "../../lib/base/secret.ts";

const PULL = parseScopes("repository:a:pull");
const MOUNT = parseScopes("repository:a:pull,push repository:b:pull");

function token(scopes: CachedToken["scopes"]): CachedToken {
  return {
    value: new Secret("t"),
    scopes,
    renewAtMs: 0,
    issuedAtMs: 0,
    timesSent: 0,
    deniedAtMs: undefined,
  };
}

describe("TokenCache", () => {
  it("finds a wider token by each of its resources, for its credential alone", () => {
    const cache = new TokenCache();
    const wide = token(MOUNT);
    cache.put("id", wide);
    expect(cache.find("id", PULL)).toBe(wide);
    expect(cache.find("id", parseScopes("repository:b:pull"))).toBe(wide);
    expect(cache.find("id", parseScopes("repository:b:push"))).toBeUndefined();
    expect(cache.find("other", PULL)).toBeUndefined();
  });

  it("prefers the token for the fewest resources, whichever came first", () => {
    const [wide, narrow] = [token(MOUNT), token(PULL)];
    for (const order of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      const cache = new TokenCache();
      for (const one of order) cache.put("id", one);
      expect(cache.find("id", PULL)).toBe(narrow);
      expect(cache.find("id", MOUNT)).toBe(wide);
    }
  });

  it("puts a token in the place of those for the same resources that allow no more", () => {
    const cache = new TokenCache();
    const push = token(parseScopes("repository:a:pull,push"));
    cache.put("id", token(PULL));
    cache.put("id", push);
    expect(cache.find("id", PULL)).toBe(push);
  });

  it("gives a denied token for its own scopes and nothing narrower", () => {
    const cache = new TokenCache();
    const denied = { ...token(MOUNT), deniedAtMs: 1 };
    cache.put("id", denied);
    expect(cache.find("id", MOUNT)).toBe(denied);
    expect(cache.find("id", PULL)).toBeUndefined();
  });

  it("drops all that cover what was refused", () => {
    const cache = new TokenCache();
    for (const one of [token(MOUNT), token(PULL)]) cache.put("id", one);
    cache.drop("id", PULL);
    expect(cache.find("id", PULL)).toBeUndefined();
  });

  it("keeps a token without scopes", () => {
    const cache = new TokenCache();
    const bare = token(new Map());
    cache.put("id", bare);
    expect(cache.find("id", new Map())).toBe(bare);
  });

  it("forgets the oldest of very many repositories", () => {
    const cache = new TokenCache();
    const scopes = Array.from({ length: 600 }, (_, n) => parseScopes(`repository:r${n}:pull`));
    for (const one of scopes) cache.put("id", token(one));
    const kept = scopes.filter((one) => cache.find("id", one) !== undefined);
    expect(kept).toEqual(scopes.slice(-512));
  });
});
