import * as z from "zod";
import type { ApiParameter, ApiRoute, ApiSuccess } from "./api-route.ts";
import { apiSchemas } from "./api-schemas.ts";
import { problem } from "./response-schemas.ts";

/** JSON. */
type Json = Readonly<Record<string, unknown>>;

const DESCRIPTION =
  "Start, watch and steer runs of imageferry. Tokens are configured under `api:` of imageferry.yaml.";

/**
 * Makes the OpenAPI 3.1 document of routes; its schemas are JSON Schema draft 2020-12, made of those
 * that requests are checked with.
 */
export function openApiOf(routes: readonly ApiRoute[]): Json {
  const paths = new Map<string, Record<string, Json>>();
  for (const one of routes) {
    const path = paths.get(one.path) ?? {};
    path[one.method.toLowerCase()] = operationOf(one);
    paths.set(one.path, path);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "imageferry",
      version: "1",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: componentsOf(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token with enough scopes." },
      },
    },
  };
}

function operationOf({ path, scope, ...described }: ApiRoute): Json {
  const { name, summary, parameters = [], body, successes } = described;
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  return {
    operationId: name,
    summary,
    ...(scope && { description: `Scope: ${scope}.` }),
    security: scope ? [{ bearer: [] }] : [],
    parameters: [...(path.includes("{id}") ? [id] : []), ...parameters.map(parameterOf)],
    ...(body && { requestBody: { required: true, content: jsonOf(body) } }),
    responses: {
      ...Object.fromEntries(successes.map((success) => [success.status, responseOf(success)])),
      default: {
        description: "A problem (RFC 9457).",
        content: { "application/problem+json": { schema: schemaOf(problem) } },
      },
    },
  };
}

function parameterOf({ name, in: place, description, schema }: ApiParameter): Json {
  const isList = schemaOf(schema)["type"] === "array";
  const style = isList ? { style: "form", explode: false } : {};
  return { name, in: place, required: false, description, schema: schemaOf(schema), ...style };
}

function responseOf({ description, schema, mediaType }: ApiSuccess): Json {
  if (schema !== undefined) return { description, content: jsonOf(schema) };
  if (mediaType === undefined) return { description };
  return { description, content: { [mediaType]: { schema: { type: "string" } } } };
}

function jsonOf(schema: z.ZodType): Json {
  return { "application/json": { schema: schemaOf(schema) } };
}

/** A schema with a name is told under it, in the components. */
function schemaOf(schema: z.ZodType): Json {
  const id = apiSchemas.get(schema)?.id;
  if (id !== undefined) return { $ref: uriOf(id) };
  const { $schema: _, ...told } = z.toJSONSchema(schema, { io: "input" });
  return told;
}

function componentsOf(): Json {
  const { schemas } = z.toJSONSchema(apiSchemas, { io: "input", uri: uriOf });
  const told = Object.entries(schemas).map(([id, { $schema: _, $id: _id, ...schema }]) => [
    id,
    schema,
  ]);
  return Object.fromEntries(told);
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`;
}
