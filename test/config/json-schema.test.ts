import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../lib/config/json-schema.ts";

describe("configJsonSchema", () => {
  // After a change of the schema: npx vitest run --project unit test/config/json-schema.test.ts -u
  it("is what docs/config.schema.json holds", async () => {
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../docs/config.schema.json");
  });

  it("names its draft and leaves no map open", () => {
    const schema = configJsonSchema();
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      additionalProperties: false,
    });
  });
});
