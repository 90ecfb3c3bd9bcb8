import { describe, expect, it } from "vitest";
import { createOrchestrator } from "../../functions/orchestrator.ts";
import type { OrchestratorEvent } from "../../functions/orchestrator-event.ts";
import type { Invocation } from "../../functions/platform/invocation.ts";
import { loadDocument } from "../../lib/config/load-config.ts";
import type { LoadedConfig } from "../../lib/config/loaded-config.ts";
import { parseDocument } from "../../lib/config/parse-document.ts";
import { type FunctionBed, functionBed } from "./function-bed.ts";

const CONFIG = {
  policies: [
    { name: "web", source: "a.example/web", target: "b.example/web" },
    {
      name: "one",
      source: "a.example/one",
      target: ["b.example/one", "c.example/one"],
      tags: ["1", "2"],
    },
    { name: "again", source: "a.example/one:1", target: "b.example/one" },
    { name: "broken", source: "a.example/x", target: "b.example/x", tags: { semver: "not one" } },
  ],
};

async function load(config: object): Promise<LoadedConfig> {
  const document = parseDocument("imageferry.yaml", JSON.stringify(config), "json");
  return loadDocument(document, { env: {}, read: async () => undefined });
}

async function configuredBed(config: object = CONFIG): Promise<FunctionBed> {
  return functionBed({ opened: { config: await load(config) } });
}

function send(
  bed: FunctionBed,
  event: unknown,
  parts: Partial<Invocation<OrchestratorEvent>> = {},
) {
  // What comes from outside has the type that somebody hopes for.
  const message: OrchestratorEvent = JSON.parse(JSON.stringify(event));
  return createOrchestrator(bed.environment)(bed.invoke(message, parts), bed.context);
}

const names = (bed: FunctionBed) =>
  bed.started.map(({ policies }) => policies.map(({ name }) => name));

describe("the orchestrator", () => {
  it("goes on with a run", async () => {
    let asked: unknown;
    const bed = functionBed({
      pipeline: {
        orchestrate: async (runId) => {
          asked = runId;
          return { kind: "handOn", delayMs: 0, epoch: 4 };
        },
      },
    });
    expect(await send(bed, { runId: "r" })).toEqual({ kind: "handOn", delayMs: 0, epoch: 4 });
    expect(asked).toBe("r");
  });

  it("starts policies by their names", async () => {
    const bed = await configuredBed();
    const answer = await send(bed, { policies: ["one"] });
    expect(answer).toEqual({
      kind: "started",
      runId: expect.stringMatching(/^http-[0-9a-f]{20}$/),
      policies: 1,
      leftOut: [],
    });
    expect(bed.started).toMatchObject([{ trigger: "http", policies: [{ name: "one" }] }]);
  });

  it("starts policies that are written out, beside named ones", async () => {
    const bed = await configuredBed();
    const written = { name: "new", source: "a.example/new", target: "b.example/new" };
    await send(bed, { policies: ["web", written] });
    expect(names(bed)).toEqual([["web", "new"]]);
  });

  it.each([
    ["in images", (rules: object) => ({ images: rules })],
    ["as they are", (rules: object) => rules],
  ])("starts image-syncer's rules %s", async (_, event) => {
    const bed = await configuredBed();
    await send(bed, event({ "a.example/app:v1": ["b.example/app", "c.example/app"] }));
    expect(bed.started[0]?.policies).toMatchObject([
      { name: "a.example/app:v1", source: { registry: "a.example", repository: "app" } },
    ]);
  });

  it.each([
    ["nothing named", {}, {}],
    [
      "a schedule of EventBridge",
      { "detail-type": "Scheduled Event", source: "aws.events", id: "e1", detail: {} },
      {},
    ],
    ["a time trigger", {}, { via: "timer" }],
  ] as const)("starts every policy: %s", async (what, event, parts) => {
    const bed = await configuredBed();
    const answer = await send(bed, event, parts);
    expect(names(bed)).toEqual([["web", "one"]]);
    expect(answer).toMatchObject({ leftOut: [{ rule: "broken", code: "RULE_BAD_SEMVER" }] });
    expect(bed.lines).toContainEqual(
      expect.objectContaining({ level: "warn", msg: "rule.leftOut", rule: "broken" }),
    );
    expect(bed.started[0]?.trigger).toBe(what === "nothing named" ? "http" : "timer");
  });

  it("makes one run of one delivery, and of one idempotency key", async () => {
    const bed = await configuredBed();
    const event = { policies: ["web"] };
    await send(bed, event);
    await send(bed, event);
    await send(bed, event, { deliveryId: "delivery-2" });
    await send(bed, { ...event, idempotencyKey: "k" }, { deliveryId: "delivery-3" });
    await send(bed, { ...event, idempotencyKey: "k" }, { deliveryId: "delivery-4" });
    const [first, again, other, keyed, keyedAgain] = bed.started.map(({ runId }) => runId);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(keyed).not.toBe(first);
    expect(keyedAgain).toBe(keyed);
  });

  it("lets a schedule say that it is one", async () => {
    const bed = await configuredBed();
    await send(bed, { policies: ["web"], trigger: "timer" });
    expect(bed.started).toMatchObject([{ trigger: "timer" }]);
  });

  it.each([
    ["an unknown policy", { policies: ["nope"] }, "POLICY_UNKNOWN", '"web"'],
    ["a policy that cannot be followed", { policies: ["broken"] }, "RULE_BAD_SEMVER", "not one"],
    ["no policy at all", { policies: [] }, "EVENT_INVALID", "policies"],
    [
      "a policy with a key we do not know",
      { policies: [{ name: "x", source: "a/x", target: "b/x", tga: "v1" }] },
      "CONFIG_UNKNOWN_KEY",
      "tags",
    ],
    [
      "credentials",
      { images: { "a/x": "b/x" }, auth: { a: { username: "u", password: "canary" } } },
      "EVENT_INVALID",
      "auth",
    ],
    ["registry settings", { policies: ["web"], registries: {} }, "EVENT_INVALID", "registries"],
    ["a variable of the function", { "a/${PATH}": "b/x" }, "ENV_UNSET", "PATH"],
    ["a rule to nowhere in particular", { "a/x": { to: "b" } }, "DEST_TYPE", "a/x"],
    [
      "an event of something else",
      { "detail-type": "ECR Image Action", id: "e1", detail: { tag: "x" } },
      "EVENT_INVALID",
      "policies, images or runId",
    ],
    ["a list", ["web"], "EVENT_INVALID", "object"],
  ])("refuses %s", async (_, event, code, words) => {
    const bed = await configuredBed();
    const error = await send(bed, event).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: code, message: expect.stringContaining(words) });
    expect(bed.started).toEqual([]);
    expect(JSON.stringify(bed.lines)).not.toContain("canary");
  });

  it("says so when the configuration holds nothing to run", async () => {
    const bed = await configuredBed({ registries: { "a.example": {} } });
    await expect(send(bed, {})).rejects.toMatchObject({ name: "NOTHING_TO_RUN" });
  });
});
