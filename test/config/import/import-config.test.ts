import { describe, expect, it } from "vitest";
import { importConfig } from "../../../lib/config/import/import-config.ts";
import { loadConfig } from "../../../lib/config/load-config.ts";
import { memoryFiles } from "../memory-files.ts";

const env = { S_IO_N_PASSWORD: "x" };

const FILES = {
  "regsync.yml": "sync: [{source: s.io/n/app, target: t.io/app, type: repository}]",
  "skopeo.yaml": "s.io: {images-by-tag-regex: {n/app: ^1}}",
  "syncer.json": JSON.stringify({
    auth: { "s.io/n": { username: "u", password: "hunter2", insecure: true } },
    images: { "s.io/n/app": "t.io/app" },
  }),
  "images.json": '{"s.io/n/app": ""}',
  "own.yaml": "policies: [{name: a, source: s.io/n/app, target: t.io/app}]",
};

function take(options: { readonly config?: string; readonly images?: string }) {
  const target = { registry: "t.io", namespace: "mirror" };
  return importConfig({ env, home: "/home/u", ...target, ...options, read: memoryFiles(FILES) });
}

async function loaded(options: Parameters<typeof take>[0]) {
  const { config } = await take(options);
  const read = memoryFiles({ "c.json": JSON.stringify(config) });
  return loadConfig({ env, home: "/home/u", config: "c.json", read });
}

describe("importConfig", () => {
  it.each([
    [{ config: "regsync.yml" }, "app"],
    [{ config: "skopeo.yaml" }, "mirror/app"],
    [{ config: "syncer.json" }, "app"],
    [{ images: "images.json" }, "mirror/app"],
    [{ config: "own.yaml" }, "app"],
  ])("tells the shape, and gives what our own loader takes: %j", async (options, repository) => {
    const { policies, problems } = await loaded(options);
    expect(problems).toEqual([]);
    expect(policies).toMatchObject([
      {
        source: { registry: "s.io", repository: "n/app" },
        targets: [{ repository: { registry: "t.io", repository } }],
      },
    ]);
  });

  it("names a variable for each password, and keeps how a registry is reached", async () => {
    const { config, warnings } = await take({ config: "syncer.json" });
    expect(config.registries).toEqual({
      "s.io": { plainHttpFallback: true, insecureSkipTlsVerify: true },
      "s.io/n": { credentials: { username: "u", password: "env:S_IO_N_PASSWORD" } },
    });
    expect(warnings).toEqual(["the password for s.io/n is not copied: set it in S_IO_N_PASSWORD"]);
    expect((await loaded({ config: "syncer.json" })).registries).toMatchObject([
      { registry: "s.io", plainHttpFallback: true, tls: { insecureSkipVerify: true } },
    ]);
  });

  it("asks for a file, and for one it knows", async () => {
    await expect(take({})).rejects.toMatchObject({ code: "CONFIG_NONE" });
    await expect(take({ config: "images.json" })).rejects.toMatchObject({ code: "IMPORT_UNKNOWN" });
  });
});
