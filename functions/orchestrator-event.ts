import * as z from "zod";
import { id } from "./event-id.ts";

/** What every event that starts a run may say. */
const start = {
  idempotencyKey: z.string().min(1).max(256).optional().meta({
    description: "Starts the same run again when it is sent again.",
  }),
  trigger: z.enum(["http", "timer"]).optional().meta({
    description: "What the run's report names as its trigger; for schedules that send a text.",
  }),
};

const json = z.record(z.string(), z.json());

const forms = [
  z.strictObject({ kind: z.literal("goOn"), runId: id }),
  z.strictObject({ kind: z.literal("startAll"), ...start }),
  z.strictObject({
    kind: z.literal("startPolicies"),
    policies: z.array(z.union([z.string().min(1), json])).min(1),
    ...start,
  }),
  z.strictObject({ kind: z.literal("startImages"), images: json, ...start }),
] as const;

const event = z.discriminatedUnion("kind", forms, {
  error: "policies, images or runId is expected, or an empty object",
});

/**
 * What the orchestrator is sent:
 *
 * - `{"runId"}`: to go on with a run;
 * - `{"policies": […]}`: to start policies, by their names in the configuration or written out;
 * - `{"images": {…}}`: to start image-syncer's rules; where each source has a slash, that map alone;
 * - `{}`, or the event of a schedule: to start every policy of the configuration.
 */
export const orchestratorEvent = z.preprocess(named, event);

/** An event, named by what it asks for. */
export type OrchestratorEvent = z.output<typeof event>;

/** Names an event by the key that only such events have. */
function named(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (isSchedule(value)) return { kind: "startAll", trigger: "timer", idempotencyKey: value.id };
  if ("runId" in value) return { ...value, kind: "goOn" };
  if ("policies" in value) return { ...value, kind: "startPolicies" };
  if ("images" in value) return { ...value, kind: "startImages" };
  const keys = Object.keys(value);
  if (keys.every((key) => key in start)) return { ...value, kind: "startAll" };
  // Without a slash it may be anything, such as an event of a service that was led here.
  return keys.every((key) => key.includes("/")) ? { kind: "startImages", images: value } : {};
}

/** EventBridge may deliver an event twice, with the same id (EventBridge user guide, *Events*). */
function isSchedule(value: object): value is { readonly id: unknown } {
  return "id" in value && "detail-type" in value && value["detail-type"] === "Scheduled Event";
}
