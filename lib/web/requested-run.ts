import { toFerryError } from "../base/error.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import {
  policiesNamed,
  type RequestedPolicies,
  writtenRules,
} from "../config/requested-policies.ts";
import { RefusedRequest } from "./refused-request.ts";
import { registriesOf } from "./registry-overviews.ts";
import type { RunForm } from "./request-schemas.ts";

/** What of the configuration tells which runs may be asked for. */
export type RunRules = Pick<LoadedConfig, "policies" | "problems" | "registries" | "api">;

/**
 * Finds the policies that a caller wants to be run. Rules of the configuration that cannot be
 * followed are left out and told, as with every run; a caller's own have to be right.
 *
 * @throws {FerryError} `POLICY_UNKNOWN`, `RULES_INVALID`, `NOTHING_TO_RUN`, `HOST_NOT_CONFIGURED`.
 */
export async function requestedRun(
  { policies: wanted, images }: RunForm,
  config: RunRules,
): Promise<RequestedPolicies> {
  if (images !== undefined) {
    return { policies: await ownPolicies({ images }, config), problems: [] };
  }
  if (wanted === undefined) {
    if (config.policies.length > 0) return config;
    throw new RefusedRequest("NOTHING_TO_RUN", "the configuration has no policy to run");
  }
  const names = wanted.filter((policy) => typeof policy === "string");
  const written = wanted.filter((policy) => typeof policy !== "string");
  const named = [...new Set(names)].flatMap((name) => configured(name, config));
  const own = written.length > 0 ? await ownPolicies({ policies: written }, config) : [];
  return { policies: [...named, ...own], problems: [] };
}

function configured(name: string, config: RunRules) {
  try {
    return policiesNamed(name, config);
  } catch (thrown) {
    throw asRefusal(thrown);
  }
}

async function ownPolicies(document: object, config: RunRules) {
  const { policies, problems } = await writtenRules(document).catch((thrown: unknown) => {
    throw asRefusal(thrown);
  });
  if (problems[0] !== undefined) throw asRefusal(problems[0].error);
  if (policies.length === 0) throw new RefusedRequest("NOTHING_TO_RUN", "the rules copy nothing");
  if (config.api?.allowAdhoc !== true) refuseOtherHosts(registriesOf(policies), config);
  return policies;
}

/** What is wrong with a rule is for the log: it may hold words of the caller's. */
function asRefusal(thrown: unknown): unknown {
  const { code, remedy, message } = toFerryError(thrown);
  if (remedy !== "fixInput") return thrown;
  const known = code === "POLICY_UNKNOWN" ? code : "RULES_INVALID";
  return new RefusedRequest(known, `${code}: ${message}`);
}

function refuseOtherHosts(hosts: readonly string[], config: RunRules): void {
  const known = new Set([
    ...config.registries.map(({ registry }) => registry),
    ...registriesOf(config.policies),
  ]);
  const other = hosts.find((host) => !known.has(host));
  if (other === undefined) return;
  const message = `a rule names ${other}, which the configuration does not`;
  throw new RefusedRequest("HOST_NOT_CONFIGURED", message);
}
