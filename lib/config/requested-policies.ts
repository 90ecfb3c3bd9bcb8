import { FerryError } from "../base/error.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import { loadDocument } from "./load-config.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { parseDocument } from "./parse-document.ts";

/** Policies that can be followed, and rules that cannot. */
export type RequestedPolicies = Pick<LoadedConfig, "policies" | "problems">;

/** As many names as somebody reads. */
const NAMES_MAX = 10;

/**
 * The policies of that name. A policy that overlaps others was parted when it was loaded; its parts
 * bear its name first.
 *
 * @throws {FerryError} `POLICY_UNKNOWN`, and what is wrong with the policy.
 */
export function policiesNamed(
  name: string,
  { policies, problems }: RequestedPolicies,
): readonly SyncPolicy[] {
  const named = policies.filter((policy) => policy.name === name || isPart(policy.name, name));
  if (named.length > 0) return named;
  const problem = problems.find(({ rule }) => rule === name);
  throw problem?.error ?? unknownPolicy(name, policies);
}

/**
 * Reads rules as a caller wrote them: they see no variables, and read no files.
 *
 * @param document `{policies}` or `{images}`.
 * @throws {FerryError} what loading a document throws.
 */
export async function writtenRules(document: object): Promise<RequestedPolicies> {
  const parsed = parseDocument("of the event", JSON.stringify(document), "json");
  return loadDocument(parsed, { env: {}, read: async () => undefined });
}

function isPart(part: string, whole: string): boolean {
  return part.startsWith(whole) && /^ \(\d+\)$/.test(part.slice(whole.length));
}

function unknownPolicy(name: string, policies: readonly SyncPolicy[]): FerryError {
  const known = policies
    .slice(0, NAMES_MAX)
    .map((policy) => `"${policy.name}"`)
    .join(", ");
  return new FerryError(`the configuration has no policy "${name}"`, {
    code: "POLICY_UNKNOWN",
    remedy: "fixInput",
    hint: known === "" ? "It has none at all." : `It has ${known}.`,
  });
}
