import { describe, expect, it } from "vitest";
import type { CloudLogin } from "../../lib/auth/cloud-credential.ts";
import { cloudKeychain } from "../../lib/auth/cloud-keychain.ts";
import type { ConfiguredCredential } from "../../lib/auth/configured-keychain.ts";
import { FerryError } from "../../lib/base/error.ts";
import { Secret } from "../../lib/base/secret.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { basic, errorOf } from "./auth-bed.ts";
import { revealed } from "./cloud-bed.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NAME = { registry: "r.io", repository: "team/app" };
const UNAVAILABLE = new FerryError("busy", { code: "CLOUD_UNAVAILABLE", remedy: "retry" });

function openKeychain({ lifeMs = HOUR_MS } = {}) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  let failure: FerryError | undefined;
  const ask = async (registry: string): Promise<CloudLogin> => {
    asked.push(registry);
    if (failure !== undefined) throw failure;
    const credential = basic("temp", `password-${asked.length}`);
    return { credential, expiresAtMs: clock.now() + lifeMs };
  };
  const literal = { kind: "literal", secret: new Secret("pw") } as const;
  const entries = new Map<string, ConfiguredCredential>([
    ["r.io", { from: "acr" }],
    ["r.io/plain", { username: "u", password: literal }],
    ["docker.example", { from: "docker-config" }],
  ]);
  const keychain = cloudKeychain(entries, { ask, clock });
  return {
    clock,
    asked,
    keychain,
    fail: (error: FerryError | undefined) => {
      failure = error;
    },
  };
}

describe("cloudKeychain", () => {
  it("asks once for all who come at once", async () => {
    const { keychain, asked } = openKeychain();
    const repositories = ["team/a", "team/b", "other"];
    const answers = await Promise.all(
      repositories.map((repository) => keychain.credentialFor({ ...NAME, repository })),
    );
    expect(answers.map(revealed)).toEqual(Array.from(repositories, () => "temp:password-1"));
    expect(asked).toEqual(["r.io"]);
  });

  it("keeps a password until the last tenth of its life, less what its user may keep it", async () => {
    const { keychain, clock, asked } = openKeychain();
    await keychain.credentialFor(NAME);
    await clock.advance(48 * MINUTE_MS);
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-1");
    await clock.advance(2 * MINUTE_MS);
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-2");
    expect(asked).toHaveLength(2);
  });

  it("keeps what does not expire", async () => {
    const { keychain, clock, asked } = openKeychain({ lifeMs: Number.POSITIVE_INFINITY });
    await keychain.credentialFor(NAME);
    await clock.advance(1000 * HOUR_MS);
    await keychain.credentialFor(NAME);
    expect(asked).toHaveLength(1);
  });

  it("asks anew when the registry refused the password", async () => {
    const { keychain } = openKeychain();
    await keychain.credentialFor(NAME);
    expect(revealed(await keychain.credentialFor(NAME, { fresh: true }))).toBe("temp:password-2");
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-2");
  });

  it("goes on with a password that still works while its cloud is away", async () => {
    const { keychain, clock, fail } = openKeychain();
    await keychain.credentialFor(NAME);
    await clock.advance(55 * MINUTE_MS);
    fail(UNAVAILABLE);
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-1");
    expect(await errorOf(keychain.credentialFor(NAME, { fresh: true }))).toBe(UNAVAILABLE);
    await clock.advance(5 * MINUTE_MS);
    expect(await errorOf(keychain.credentialFor(NAME))).toBe(UNAVAILABLE);
    fail(undefined);
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-5");
  });

  it.each(["r.io/plain", "docker.example", "elsewhere.io"])("leaves %s to others", async (key) => {
    const { keychain, asked } = openKeychain();
    const [registry = "", repository = ""] = key.split("/");
    expect(await keychain.credentialFor({ registry, repository })).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("ends the wait of one who gives up, not the question", async () => {
    const { keychain, asked } = openKeychain();
    const gone = new AbortController();
    const waiting = keychain.credentialFor(NAME, { signal: gone.signal });
    gone.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    expect(revealed(await keychain.credentialFor(NAME))).toBe("temp:password-1");
    expect(asked).toHaveLength(1);
  });
});
