/** What an OpenAPI 3.1 document has to be (OpenAPI 3.1.1, *Schema*), as far as ours goes. */
export const OPENAPI = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["openapi", "info", "paths"],
  properties: {
    openapi: { type: "string", pattern: "^3\\.1\\.\\d+$" },
    info: {
      type: "object",
      required: ["title", "version"],
      properties: {
        title: { type: "string" },
        version: { type: "string" },
        description: { type: "string" },
        license: { type: "object", required: ["name"], not: { required: ["identifier", "url"] } },
      },
      additionalProperties: false,
    },
    servers: { type: "array", items: { type: "object", required: ["url"] } },
    paths: {
      type: "object",
      patternProperties: { "^/": { $ref: "#/$defs/pathItem" } },
      additionalProperties: false,
    },
    components: {
      type: "object",
      properties: {
        schemas: {
          type: "object",
          propertyNames: { pattern: "^[a-zA-Z0-9._-]+$" },
          additionalProperties: { type: ["object", "boolean"] },
        },
        securitySchemes: {
          type: "object",
          additionalProperties: {
            type: "object",
            required: ["type"],
            properties: { type: { enum: ["apiKey", "http", "mutualTLS", "oauth2"] } },
          },
        },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
  $defs: {
    pathItem: {
      type: "object",
      properties: { get: { $ref: "#/$defs/operation" }, post: { $ref: "#/$defs/operation" } },
      additionalProperties: false,
    },
    operation: {
      type: "object",
      required: ["operationId", "responses"],
      properties: {
        operationId: { type: "string" },
        summary: { type: "string" },
        description: { type: "string" },
        security: { type: "array", items: { type: "object" } },
        parameters: { type: "array", items: { $ref: "#/$defs/parameter" } },
        requestBody: {
          type: "object",
          required: ["content"],
          properties: { required: { type: "boolean" }, content: { $ref: "#/$defs/content" } },
          additionalProperties: false,
        },
        responses: {
          type: "object",
          minProperties: 1,
          patternProperties: { "^(?:[1-5]\\d\\d|default)$": { $ref: "#/$defs/response" } },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
    parameter: {
      type: "object",
      required: ["name", "in", "schema"],
      properties: {
        name: { type: "string" },
        in: { enum: ["query", "header", "path", "cookie"] },
        description: { type: "string" },
        required: { type: "boolean" },
        schema: { type: ["object", "boolean"] },
        style: { enum: ["form", "simple"] },
        explode: { type: "boolean" },
      },
      if: { properties: { in: { const: "path" } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: { properties: { required: { const: true } }, required: ["required"] },
      additionalProperties: false,
    },
    response: {
      type: "object",
      required: ["description"],
      properties: { description: { type: "string" }, content: { $ref: "#/$defs/content" } },
      additionalProperties: false,
    },
    content: {
      type: "object",
      propertyNames: { pattern: "^[a-z]+/[a-z0-9.+-]+$" },
      additionalProperties: {
        type: "object",
        properties: { schema: { type: ["object", "boolean"] } },
        additionalProperties: false,
      },
    },
  },
} as const;
