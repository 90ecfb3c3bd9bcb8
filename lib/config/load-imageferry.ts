import { toFerryError } from "../base/error.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { apiFromFields } from "./api-from-schema.ts";
import { checkSchema } from "./check-schema.ts";
import { configError } from "./config-error.ts";
import type { Environment } from "./expand-env.ts";
import type { LoadedConfig, PolicyTriggers, RuleProblem } from "./loaded-config.ts";
import { notificationsFromFields } from "./notifications-from-schema.ts";
import type { ConfigDocument } from "./parse-document.ts";
import { policyFromFields } from "./policy-from-schema.ts";
import type { ReadText } from "./read-document.ts";
import { resolveRegistries } from "./registry-from-schema.ts";
import { type ConfigFields, configSchema, type PolicyFields } from "./schema.ts";
import { type SettledPolicies, settleOverlaps } from "./settle-overlaps.ts";
import { webhooksFromFields } from "./webhooks-from-schema.ts";

/** What a configuration may refer to. */
export interface ImageferryContext {
  readonly env: Environment;
  readonly read: ReadText;
}

/**
 * Loads imageferry's own format.
 *
 * @throws {FerryError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`, and what resolving registries
 * throws. What is wrong with single policies is in `problems`.
 */
export async function loadImageferry(
  document: ConfigDocument,
  context: ImageferryContext,
): Promise<LoadedConfig> {
  const fields = checkSchema(document, configSchema);
  const written = fields.policies ?? [];
  refuseSameNames(document.file, written);
  const registries = await resolveRegistries(fields.registries ?? {}, {
    ...context,
    file: document.file,
  });
  const { policies, problems } = readPolicies(written, fields.defaults ?? {});
  const settled = settleOverlaps(policies);
  return {
    format: "imageferry",
    ...registries,
    policies: settled.policies,
    triggers: triggersOf(written, settled),
    ...(fields.webhooks && { webhooks: webhooksFromFields(document.file, fields.webhooks) }),
    ...(fields.api && { api: apiFromFields(document.file, fields.api) }),
    ...(fields.notifications && { notifications: notificationsFromFields(fields.notifications) }),
    problems: [...problems, ...settled.problems],
    warnings: written.length === 0 ? [`file ${document.file} has no policies`] : [],
  };
}

function readPolicies(
  written: readonly PolicyFields[],
  defaults: NonNullable<ConfigFields["defaults"]>,
): { readonly policies: readonly SyncPolicy[]; readonly problems: readonly RuleProblem[] } {
  const policies: SyncPolicy[] = [];
  const problems: RuleProblem[] = [];
  for (const fields of written) {
    try {
      policies.push(policyFromFields(fields, defaults));
    } catch (thrown) {
      problems.push({ rule: fields.name, error: toFerryError(thrown) });
    }
  }
  return { policies, problems };
}

function refuseSameNames(file: string, policies: readonly PolicyFields[]): void {
  const seen = new Set<string>();
  for (const { name } of policies) {
    if (seen.has(name)) {
      throw configError(
        "CONFIG_INVALID",
        `${file}: two policies are named "${name}"`,
        "Name them apart: reports and triggers go by the name.",
      );
    }
    seen.add(name);
  }
}

function triggersOf(
  written: readonly PolicyFields[],
  { origins }: SettledPolicies,
): ReadonlyMap<string, PolicyTriggers> {
  const byName = new Map(written.map(({ name, triggers }) => [name, triggers]));
  const triggers = new Map<string, PolicyTriggers>();
  for (const [name, origin] of origins) {
    const { schedule, timeZone, push } = byName.get(origin) ?? {};
    if (schedule === undefined && push === undefined) continue;
    triggers.set(name, {
      ...(schedule !== undefined && { schedule }),
      ...(timeZone !== undefined && { timeZone }),
      ...(push !== undefined && { push }),
    });
  }
  return triggers;
}
