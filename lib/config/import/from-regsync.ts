import * as z from "zod";
import { toFerryError } from "../../base/error.ts";
import { parseReference } from "../../oci/reference.ts";
import { checkSchema } from "../check-schema.ts";
import { configError } from "../config-error.ts";
import type { RuleProblem } from "../loaded-config.ts";
import type { ConfigDocument } from "../parse-document.ts";
import type { ImportedConfig, PolicyInput, RegistryInput } from "./imported-config.ts";
import { scheduleOfInterval } from "./interval-schedule.ts";
import { secretPlaceholder, secretWarning } from "./secret-placeholder.ts";

const text = z.union([z.string(), z.number()]).transform(String);

const credsSchema = z.object({
  registry: z.string(),
  hostname: z.string().optional(),
  user: text.optional(),
  pass: text.optional(),
  token: text.optional(),
  tls: z.enum(["enabled", "insecure", "disabled"]).optional(),
  regcert: z.string().optional(),
  reqPerSec: z.number().positive().optional(),
  reqConcurrent: z.int().positive().optional(),
});

const stepFields = {
  schedule: z.string().optional(),
  interval: z.string().optional(),
  digestTags: z.boolean().optional(),
  referrers: z.boolean().optional(),
  includeExternal: z.boolean().optional(),
  platform: z.string().optional(),
  platforms: z.array(z.string()).optional(),
};

const stepSchema = z.object({
  source: z.string(),
  target: z.string(),
  type: z.enum(["image", "repository", "registry"]),
  tagSets: z.unknown().optional(),
  tags: z
    .object({
      allow: z.array(text).optional(),
      deny: z.array(text).optional(),
      semverRange: z.array(text).optional(),
    })
    .optional(),
  ...stepFields,
});

const regsyncSchema = z.object({
  version: z.literal(1).optional(),
  creds: z.array(credsSchema).default([]),
  defaults: z.object(stepFields).default({}),
  sync: z.array(stepSchema).default([]),
});

type Creds = z.output<typeof credsSchema>;
type Step = z.output<typeof stepSchema>;

/** A template that only names a variable or a file, as regsync writes secrets. */
const SECRET_TEMPLATE = /^\{\{\s*(env|file)\s+"([^"]+)"\s*\}\}$/;

/**
 * Takes over a regsync configuration (regclient, version 1): credentials, and sync steps for
 * images and repositories.
 *
 * @throws {FerryError} `CONFIG_INVALID` when the document has another shape.
 */
export function fromRegsync(document: ConfigDocument): ImportedConfig {
  const { creds, defaults, sync } = checkSchema(document, regsyncSchema);
  const warnings: string[] = [];
  const problems: RuleProblem[] = [];
  const policies: PolicyInput[] = [];
  for (const step of sync) {
    const name = uniqueName(step.source, policies);
    try {
      refuseUnknownSteps(step);
      policies.push(policyOf({ ...defaults, ...step }, name, warnings));
    } catch (thrown) {
      problems.push({ rule: step.source, error: toFerryError(thrown) });
    }
  }
  const registries = creds.map((entry) => [entry.registry, registryOf(entry, warnings)] as const);
  return { config: { registries: Object.fromEntries(registries), policies }, problems, warnings };
}

function uniqueName(source: string, policies: readonly PolicyInput[]): string {
  const same = policies.filter(({ name }) => String(name).replace(/ \(\d+\)$/, "") === source);
  return same.length === 0 ? source : `${source} (${same.length + 1})`;
}

function registryOf(entry: Creds, warnings: string[]): RegistryInput {
  const { registry, hostname, tls, regcert, reqPerSec, reqConcurrent } = entry;
  const scheme = tls === "disabled" ? "http" : "https";
  return {
    ...(hostname !== undefined && { endpoint: `${scheme}://${hostname}` }),
    ...(tls === "disabled" && { plainHttp: true }),
    ...(tls === "insecure" && { insecureSkipTlsVerify: true }),
    ...(regcert !== undefined && { ca: regcert }),
    ...(reqPerSec !== undefined && { requestsPerSecond: reqPerSec }),
    ...(reqConcurrent !== undefined && { concurrency: reqConcurrent }),
    ...credentialsOf(entry, (secret) => {
      const reference = referenceOf(secret);
      if (reference === undefined) warnings.push(secretWarning(registry));
      return reference ?? secretPlaceholder(registry);
    }),
  };
}

function credentialsOf(
  { user, pass, token }: Creds,
  secretOf: (secret: string) => string,
): RegistryInput {
  if (token !== undefined) return { credentials: { identityToken: secretOf(token) } };
  if (user === undefined || pass === undefined) return {};
  return { credentials: { username: referenceOf(user) ?? user, password: secretOf(pass) } };
}

function referenceOf(template: string): string | undefined {
  const match = SECRET_TEMPLATE.exec(template);
  return match ? `${match[1]}:${match[2]}` : undefined;
}

function refuseUnknownSteps({ source, target, type, tagSets }: Step): void {
  const unknown = new Map([
    ["a template", `${source}${target}`.includes("{{")],
    ["a whole registry", type === "registry"],
    ["tagSets", tagSets !== undefined],
  ]);
  for (const [what, isThere] of unknown) {
    if (!isThere) continue;
    throw configError(
      "IMPORT_UNKNOWN",
      `${what} cannot be taken over`,
      "Write policies with names and tags of their own for it.",
    );
  }
}

function policyOf(step: Step, name: string, warnings: string[]): PolicyInput {
  const { source, target, type, tags } = step;
  const platforms = step.platforms ?? (step.platform === undefined ? undefined : [step.platform]);
  const schedule = scheduleOf(step, warnings);
  const isImage = type === "image";
  return {
    name,
    source: isImage ? withTag(source) : source,
    target: isImage ? withTag(target) : target,
    ...(tags !== undefined && !isImage && { tags: filterOf(tags) }),
    ...(platforms !== undefined && { platforms }),
    ...((step.referrers || step.digestTags) && { referrers: true }),
    ...(step.includeExternal && { foreignLayers: "copy" as const }),
    ...(schedule !== undefined && { triggers: { schedule } }),
  };
}

/** An image without a tag is its `latest`. */
function withTag(image: string): string {
  const { tag, digest } = parseReference(image);
  return tag === undefined && digest === undefined ? `${image}:latest` : image;
}

/** regsync's expressions have to match a whole tag. */
function filterOf({ allow, deny, semverRange }: NonNullable<Step["tags"]>) {
  const whole = (expression: string): string => `/^(?:${expression})$/`;
  return {
    ...(allow && allow.length > 0 && { include: allow.map(whole) }),
    ...(deny && deny.length > 0 && { exclude: deny.map(whole) }),
    ...(semverRange && semverRange.length > 0 && { semver: semverRange.join(" || ") }),
  };
}

function scheduleOf({ source, schedule, interval }: Step, warnings: string[]): string | undefined {
  if (schedule !== undefined || interval === undefined) return schedule;
  const converted = scheduleOfInterval(interval);
  if (converted === undefined) {
    warnings.push(`the interval ${interval} of ${source} is left out: set triggers.schedule`);
  }
  return converted;
}
