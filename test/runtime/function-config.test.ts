import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadFunctionConfig } from "../../lib/runtime/function-config.ts";

describe("the configuration of functions", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imageferry-config-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const load = async (config: object, env = {}) => {
    const file = join(folder, "imageferry.yaml");
    await writeFile(file, JSON.stringify(config));
    return loadFunctionConfig(file, env);
  };
  const imageSyncer = (password: string) => ({
    auth: { "a.example": { username: "u", password } },
    images: { "a.example/x": "b.example/x" },
  });

  it("may name where secrets are", async () => {
    const { policies, credentials } = await load({
      registries: { "a.example": { credentials: { username: "u", password: "env:PASSWORD" } } },
      policies: [{ name: "x", source: "a.example/x", target: "b.example/x" }],
    });
    expect(policies).toHaveLength(1);
    expect([...credentials.keys()]).toEqual(["a.example"]);
  });

  it("may take secrets from variables, as image-syncer's files do", async () => {
    const config = imageSyncer("$PASSWORD");
    expect((await load(config, { PASSWORD: "secret" })).credentials.size).toBe(1);
  });

  it("holds no password", async () => {
    const loading = load(imageSyncer("canary"));
    await expect(loading).rejects.toMatchObject({
      code: "CONFIG_LITERAL_PASSWORD",
      message: expect.stringContaining("a.example"),
    });
    await expect(loading).rejects.not.toMatchObject({ message: expect.stringContaining("canary") });
  });

  it("leaves no certificate unverified unless that is said twice", async () => {
    const trusting = { registries: { "a.example": { insecureSkipTlsVerify: true } } };
    const refused = { code: "CONFIG_INSECURE", message: expect.stringContaining("a.example") };
    await expect(load(trusting)).rejects.toMatchObject(refused);
    expect((await load(trusting, { IMAGEFERRY_ALLOW_INSECURE: "1" })).registries).toHaveLength(1);
    const all = { NODE_TLS_REJECT_UNAUTHORIZED: "0", IMAGEFERRY_ALLOW_INSECURE: "1" };
    await expect(load({ registries: {} }, all)).rejects.toMatchObject({ code: "CONFIG_INSECURE" });
  });

  it("has to be there", async () => {
    const missing = loadFunctionConfig(join(folder, "missing.yaml"), {});
    await expect(missing).rejects.toMatchObject({ code: "CONFIG_NOT_FOUND" });
  });
});
