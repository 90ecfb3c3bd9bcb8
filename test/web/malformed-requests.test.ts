import fc from "fast-check";
import { expect, it } from "vitest";
import { apiBed, type BedCall, TOKENS } from "./api-bed.ts";

const RUNS = 2_000;
const TIMEOUT_MS = 240_000;

const PATHS = [
  "/runs",
  "/plan",
  "/policies",
  "/registries",
  "/healthz",
  "/openapi.json",
  ...["", "/tasks", "/report", "/events", "/retry", "/cancel"].map((end) => `/runs/some-run${end}`),
];

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 40 }));
const json = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc
    .record(
      {
        policies: fc.oneof(fc.array(fc.jsonValue({ maxDepth: 2 })), fc.jsonValue()),
        images: fc.oneof(fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })), fc.jsonValue()),
        dryRun: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc
    .dictionary(
      fc.oneof(
        text,
        text.map((word) => `source.test/${word}`),
      ),
      fc.oneof(text, fc.jsonValue({ maxDepth: 2 })),
    )
    .map((value) => JSON.stringify(value)),
);
const name = fc.constantFrom(
  ...["authorization", "content-type", "accept", "cookie", "idempotency-key", "last-event-id"],
);

const request: fc.Arbitrary<BedCall> = fc.record({
  method: fc.oneof(fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"), text),
  path: fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...PATHS),
        text,
        text.map((word) => `/runs/${word}/tasks`),
      ),
      fc.oneof(
        fc.constant(""),
        text,
        text.map((word) => `state=${word}&cursor=${word}&limit=${word}`),
      ),
    )
    .map(([path, query]) => `${path}?${query}`),
  body: fc.oneof(
    json,
    text,
    fc.uint8Array({ maxLength: 100 }),
    json.map((value) => value.slice(1)),
  ),
  headers: fc
    .tuple(
      fc.dictionary(name, text, { maxKeys: 3 }),
      fc.constantFrom(
        {},
        { authorization: `Bearer ${TOKENS.admin}` },
        { authorization: `Bearer ${TOKENS.admin}`, "content-type": "application/json" },
      ),
    )
    .map(([wild, right]) => ({ ...wild, ...right })),
});

it(
  `answers ${RUNS} malformed requests without a 5xx, and gives nothing away`,
  async () => {
    const { raw, clock, lines } = await apiBed();
    await fc.assert(
      fc.asyncProperty(request, async (call) => {
        const { status, headers } = await clock.run(raw(call));
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status, JSON.stringify(lines.at(-1))).toBeLessThan(500);
        if (status >= 400) expect(headers["content-type"]).toBe("application/problem+json");
        expect(headers["cache-control"]).toBe("no-store");
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
