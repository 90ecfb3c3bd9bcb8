import { describe, expect, it } from "vitest";
import { checkSchema } from "../../lib/config/check-schema.ts";
import { importConfig } from "../../lib/config/import/import-config.ts";
import { loadConfig } from "../../lib/config/load-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { readText } from "../../lib/config/read-text.ts";
import { configSchema } from "../../lib/config/schema.ts";

const env = { ACR_USER: "user", QUAY_PASSWORD: "p", HARBOR_PASSWORD: "p" };

describe("examples", () => {
  it.each([
    { config: "examples/imageferry.yaml", registries: "examples/registries.yaml" },
    { auth: "examples/image-syncer/auth.json", images: "examples/image-syncer/images.json" },
  ])("load without a problem: %j", async (files) => {
    const config = await loadConfig({ ...files, env, home: "/nowhere" });
    expect(config.problems).toEqual([]);
    expect(config.warnings).toEqual([]);
    expect(config.policies.length).toBeGreaterThan(3);
  });

  it.each(["examples/import/regsync.yml", "examples/import/skopeo.yaml"])(
    "import as the own format: %s",
    async (file) => {
      const imported = await importConfig({
        config: file,
        env,
        home: "/nowhere",
        registry: "r.io",
        read: readText,
      });
      const document = parseDocument("f", JSON.stringify(imported.config), "json");
      expect(checkSchema(document, configSchema).policies?.length).toBeGreaterThan(1);
    },
  );
});
