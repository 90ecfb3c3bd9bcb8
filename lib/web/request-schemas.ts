import * as z from "zod";
import { policySchema } from "../config/schema.ts";
import { apiSchemas } from "./api-schemas.ts";

/** Rules or names at once. */
const RULES_MAX = 10_000;

const ruleMap = z
  .record(z.string().regex(/\//, "a source has a slash"), z.unknown())
  .refine((rules) => Object.keys(rules).length > 0, "there is no rule")
  .meta({ description: "image-syncer's rules: targets by source." })
  .register(apiSchemas, { id: "RuleMap" });

const wanted = z.array(
  z.union([z.string().min(1), policySchema.register(apiSchemas, { id: "Policy" })]),
);

const runForm = z
  .strictObject({
    policies: wanted.min(1).max(RULES_MAX).optional().meta({
      description: "Names of policies of the configuration, or policies written out.",
    }),
    images: ruleMap.optional(),
    dryRun: z.boolean().optional().meta({ description: "Tell what the run would do, no more." }),
  })
  .refine(({ policies, images }) => policies === undefined || images === undefined, {
    error: "policies or images, not both",
  });

/**
 * What `POST /runs` and `POST /plan` are sent: policies, image-syncer's rules under `images` or by
 * themselves, or none of both for every policy of the configuration.
 */
export const runBody = z.union([runForm, ruleMap]).register(apiSchemas, { id: "RunBody" });

/** What a caller wants to be run. */
export type RunForm = z.output<typeof runForm>;

const bareRules = ruleMap.transform((images): RunForm => ({ images }));

/** The form that such a body is to have: its words for errors are those of one form alone. */
export function runFormOf(body: unknown): z.ZodType<RunForm> {
  const isMap = typeof body === "object" && body !== null && !Array.isArray(body);
  return isMap && Object.keys(body).some((key) => key.includes("/")) ? bareRules : runForm;
}
