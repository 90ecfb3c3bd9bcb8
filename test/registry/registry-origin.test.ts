import { describe, expect, it } from "vitest";
import type { RegistrySettings } from "../../lib/http/origin-settings.ts";
import { plainHttpFallbackOrigin, registryOrigin } from "../../lib/registry/registry-origin.ts";

describe("registryOrigin", () => {
  const rows: readonly (readonly [RegistrySettings, string, string | undefined])[] = [
    [{ registry: "reg.test" }, "https://reg.test", undefined],
    [{ registry: "reg.test:5000" }, "https://reg.test:5000", undefined],
    [{ registry: "reg.test", plainHttp: true }, "http://reg.test", undefined],
    [{ registry: "docker.io" }, "https://registry-1.docker.io", undefined],
    [
      { registry: "reg.test", endpoint: new URL("http://127.0.0.1:5000/x?y") },
      "http://127.0.0.1:5000",
      undefined,
    ],
    [{ registry: "reg.test", plainHttpFallback: true }, "https://reg.test", "http://reg.test"],
    [
      { registry: "reg.test", plainHttpFallback: true, endpoint: new URL("https://vpc.test") },
      "https://vpc.test",
      undefined,
    ],
  ];
  it.each(rows)("%j → %s, else %s", (settings, origin, fallback) => {
    expect(registryOrigin(settings).origin).toBe(origin);
    expect(plainHttpFallbackOrigin(settings)?.origin).toBe(fallback);
  });
});
