import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { apiBed } from "./api-bed.ts";
import { partOf } from "./openapi-check.ts";
import { OPENAPI } from "./openapi-essentials.ts";

const { raw } = await apiBed();
const text = String((await raw({ path: "/openapi.json" })).body);
const document: object = JSON.parse(text);

/** Every operation of the document, with its path and method. */
const operations = Object.entries(partOf(document, "paths") ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods ?? {}).map(([method, operation]) => ({ path, method, operation })),
);

describe("openapi.json", () => {
  it("is what docs/openapi.json holds", async () => {
    const written = `${JSON.stringify(document, null, 2)}\n`;
    await expect(written).toMatchFileSnapshot("../../docs/openapi.json");
  });

  it("is an OpenAPI 3.1 document", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(OPENAPI);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });

  it("has schemas of JSON Schema draft 2020-12", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = Object.values(partOf(document, "components", "schemas") ?? {});
    expect(schemas.length).toBeGreaterThan(10);
    for (const schema of schemas) expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it("refers to nothing that is not there", () => {
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, to = ""]) => to);
    expect(references.length).toBeGreaterThan(10);
    const missing = references.filter((to) => partOf(document, ...to.split("/")) === undefined);
    expect(missing).toEqual([]);
  });

  it("names every operation once, and every word of its path", () => {
    const names = operations.map(({ operation }) => partOf(operation, "operationId"));
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations) {
      const told = JSON.stringify(partOf(operation, "parameters"));
      expect(told.includes('"in":"path"')).toBe(path.includes("{id}"));
    }
  });

  it("tells every path of the issue", () => {
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual([
      "GET /healthz",
      "GET /metrics",
      "GET /openapi.json",
      "GET /policies",
      "GET /registries",
      "GET /runs",
      "GET /runs/{id}",
      "GET /runs/{id}/events",
      "GET /runs/{id}/report",
      "GET /runs/{id}/tasks",
      "POST /plan",
      "POST /runs",
      "POST /runs/{id}/cancel",
      "POST /runs/{id}/retry",
    ]);
  });
});
