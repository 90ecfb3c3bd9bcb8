import { describe, expect, it } from "vitest";
import { CREDENTIAL_KEPT_MS, CredentialLookup } from "../../lib/auth/credential-lookup.ts";
import type { KeychainOptions } from "../../lib/auth/keychain.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { basic } from "./auth-bed.ts";

function lookupOf(...passwords: readonly string[]) {
  const clock = new VirtualClock();
  const asked: boolean[] = [];
  const keychain = {
    credentialFor: async (_: unknown, options?: KeychainOptions) => {
      asked.push(options?.fresh ?? false);
      return basic("u", passwords[asked.length - 1] ?? passwords.at(-1) ?? "");
    },
  };
  return { clock, asked, lookup: new CredentialLookup({ registry: "q.io", keychain, clock }) };
}

describe("CredentialLookup", () => {
  it("asks once for all, and again after five minutes", async () => {
    const { clock, asked, lookup } = lookupOf("one", "two");
    const [first, second] = await Promise.all([lookup.find("a"), lookup.find("a")]);
    expect(first).toBe(second);
    await clock.advance(CREDENTIAL_KEPT_MS - 1);
    expect((await lookup.find("a")).id).toBe(first.id);
    await clock.advance(1);
    expect((await lookup.find("a")).id).not.toBe(first.id);
    expect(asked).toEqual([false, false]);
  });

  it("replaces a refused credential afresh, once for all who held it", async () => {
    const { asked, lookup } = lookupOf("one", "two", "three");
    const { id } = await lookup.find("a");
    const [first, second] = await Promise.all([lookup.replace("a", id), lookup.replace("a", id)]);
    expect(first).toBe(second);
    expect((await lookup.replace("a", id)).id).toBe(first.id);
    expect(asked).toEqual([false, true]);
  });

  it("knows equal credentials by the same id, which tells nothing of them", async () => {
    const { lookup } = lookupOf("hunter2");
    const [a, b] = [await lookup.find("a"), await lookup.find("b")];
    expect(a.id).toBe(b.id);
    expect(a.id).toMatch(/^[0-9a-f]{64}$/);
  });
});
