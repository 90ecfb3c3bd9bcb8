import * as z from "zod";
import { apiSchemas } from "./api-schemas.ts";

/** States of tasks, as `state-row.ts` has them. */
export const TASK_STATES = [
  "pending",
  "running",
  "suspended",
  "waiting",
  "copied",
  "unchanged",
  "skipped",
  "failed",
  "poisoned",
] as const;

const count = z.int().min(0);
const time = z.iso.datetime().meta({ description: "RFC 3339." });

const totals = z
  .object({
    planned: count.meta({ description: "copied + unchanged + failed + suspended." }),
    copied: count,
    unchanged: count,
    failed: count,
    suspended: count,
    skipped: count,
    rules: z.object({ total: count, failed: count }),
  })
  .meta({ description: "How many source and target pairs ended how." })
  .register(apiSchemas, { id: "RunTotals" });

const bytes = z
  .object({ copied: count, mounted: count, skipped: count })
  .meta({ description: "How bytes came to the targets." })
  .register(apiSchemas, { id: "RunBytes" });

const words = { code: z.string(), message: z.string(), hint: z.string().optional() };
const pair = { source: z.string(), target: z.string() };
const settled = z.object({
  ...pair,
  sourceDigest: z.string(),
  targetDigest: z.string(),
  rewritten: z.literal(true).optional(),
});
const ruleProblem = z.object({ rule: z.string(), ...words });

/** How a run stands. */
export const runOverview = z
  .object({
    runId: z.string(),
    state: z.enum(["running", "suspended", "finished"]),
    startedAt: time,
    finishedAt: time.optional(),
    totals,
    trigger: z.enum(["cli", "http", "timer", "webhook", "retry"]),
    enumerated: z.boolean().meta({ description: "Nothing is missing from the totals." }),
    cancelled: z.boolean().meta({ description: "Somebody asked it to stop." }),
    bytes,
  })
  .register(apiSchemas, { id: "Run" });

/** The newest runs. */
export const runList = z
  .object({ runs: z.array(runOverview) })
  .register(apiSchemas, { id: "Runs" });

/** A run that was started. */
export const startedRun = z
  .object({
    runId: z.string(),
    repeated: z.boolean().meta({ description: "An earlier request with this key started it." }),
    policies: count,
    leftOut: z.array(ruleProblem).meta({
      description: "Policies of the configuration that cannot be followed.",
    }),
  })
  .register(apiSchemas, { id: "StartedRun" });

/** A part of a run's tasks. */
export const taskPage = z
  .object({
    tasks: z.array(
      z
        .object({
          taskId: z.string(),
          state: z.enum(TASK_STATES),
          changedAt: time,
          pairs: z.array(
            z.object({
              ...pair,
              state: z.enum(TASK_STATES),
              code: z.string().optional(),
              message: z.string().optional(),
              hint: z.string().optional(),
            }),
          ),
        })
        .meta({ description: "One source tag with its targets." })
        .register(apiSchemas, { id: "Task" }),
    ),
    cursor: z
      .string()
      .optional()
      .meta({ description: "For the next page; none: it was the last." }),
  })
  .register(apiSchemas, { id: "Tasks" });

/** What a run did. */
export const runReport = z
  .object({
    schemaVersion: z.literal(1),
    runId: z.string(),
    startedAt: time,
    finishedAt: time,
    elapsedMs: z.number().min(0),
    enumerated: z.boolean(),
    cancelled: z.literal(true).optional(),
    totals,
    bytes,
    requests: z.record(z.string(), count).meta({ description: "By host." }),
    cost: z.record(z.string(), z.number()).optional(),
    copied: z.array(settled),
    unchanged: z.array(settled),
    failed: z.array(z.object({ ...pair, ...words })),
    suspended: z.array(z.object(pair)),
    skipped: z.array(z.object({ ...pair, reason: z.string() })),
    rules: z.array(ruleProblem),
    warnings: z.array(z.object({ rule: z.string(), message: z.string() })),
  })
  .register(apiSchemas, { id: "RunReport" });

/** What a run would do. */
export const planReport = z
  .object({
    schemaVersion: z.literal(1),
    tasks: z.array(
      z.object({
        ...pair,
        action: z.enum(["copy", "unchanged", "missing-source"]),
        sourceDigest: z.string().optional(),
        targetDigest: z.string().optional(),
        policy: z.string(),
      }),
    ),
    errors: z.array(ruleProblem),
    totals: z.object({
      tasks: count,
      copy: count,
      unchanged: count,
      missingSource: count,
      errors: count,
    }),
  })
  .register(apiSchemas, { id: "PlanReport" });

/** How the configuration's policies stand. */
export const policyList = z
  .object({
    policies: z.array(
      z.object({
        name: z.string(),
        source: z.string(),
        targets: z.array(z.string()),
        schedule: z.string().optional(),
        push: z.boolean(),
        lastRun: runOverview.optional(),
        nextRunAt: time.optional(),
        freshAt: time.optional().meta({
          description: "What the source held then is at the targets.",
        }),
      }),
    ),
  })
  .register(apiSchemas, { id: "Policies" });

/** What is known of registries. */
export const registryList = z
  .object({
    registries: z.array(
      z.object({
        host: z.string(),
        backoffUntil: time.optional(),
        limit: count.optional(),
        remaining: count.optional(),
      }),
    ),
  })
  .register(apiSchemas, { id: "Registries" });

/** The process answers. */
export const health = z
  .object({
    status: z.literal("ok"),
    configuration: z
      .object({
        state: z.enum(["current", "refused"]),
        since: z.iso.datetime(),
        code: z.string().optional().meta({ description: "Why the files were refused." }),
      })
      .optional()
      .meta({ description: "Which one a server follows: that of its files, or one before it." }),
  })
  .register(apiSchemas, { id: "Health" });

/** What failed (RFC 9457). */
export const problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.string().optional(),
    places: z.array(z.string()).optional().meta({
      description: "Where it is wrong: JSON pointers, with * for words of the caller's.",
    }),
  })
  .register(apiSchemas, { id: "Problem" });
