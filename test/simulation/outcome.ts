import type { PlanReport } from "../../lib/sync/plan-report.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { WatchedRegistry } from "./invariants.ts";
import type { Scenario } from "./scenarios.ts";

/** What a simulation ended with. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly source: FakeRegistry;
  readonly targets: readonly WatchedRegistry[];
  /** The row of each finished run, by its id. */
  readonly finished: ReadonlyMap<string, string>;
  /** Rows of tasks that failed. */
  readonly failed: readonly string[];
}

/** L2: every run copied all it was to copy. @returns what is wrong. */
export function failedRuns({ finished, failed }: Outcome): readonly string[] {
  return [...finished].flatMap(([run, row]) => {
    const { totals } = JSON.parse(row).summary;
    const isWell = totals.planned === totals.copied + totals.unchanged && totals.rules.failed === 0;
    const codes = [row, ...failed].flatMap(codesIn);
    return isWell ? [] : [`L2: ${run} ended with ${JSON.stringify(totals)}: ${codes}`];
  });
}

/** L3: every target has what the source has. @returns what is wrong. */
export function missingContent({ scenario, source, targets }: Outcome): readonly string[] {
  const wanted = [...(source.store.get("app")?.tags ?? [])];
  const places = scenario.policies.flatMap((policy) => policy.targets);
  const tags = places.flatMap(({ repository: { registry, repository } }) => {
    const target = targets.find(({ host }) => host === registry);
    const held = target?.registry.store.get(repository)?.tags;
    return wanted
      .filter(([tag, digest]) => held?.get(tag) !== digest)
      .map(([tag]) => `L3: ${registry}/${repository} lacks ${tag}`);
  });
  const copies = targets.flatMap(({ registry }) => [...registry.store.values()]);
  const beside = scenario.beside
    .map(({ root }) => root.digest)
    .filter((digest) => !copies.some(({ manifests }) => manifests.has(digest)))
    .map((digest) => `L3: ${digest} was not copied`);
  return [...tags, ...beside];
}

/** L5: since the logs were forgotten nothing was written and no blob was read. */
export function needlessWork({ source, targets }: Outcome): readonly string[] {
  const writes = targets.flatMap(({ host, registry }) =>
    registry.writes().map(({ method, route }) => `L5: ${method} ${route.kind} at ${host}`),
  );
  const reads = source.count({ method: "GET", kind: "blob" });
  return reads > 0 ? [...writes, `L5: ${reads} blobs were read`] : writes;
}

/** A plan of what is copied already finds nothing to do, but to look for new signatures. */
export function needlessPlan(
  { policies }: Scenario,
  { tasks, errors }: PlanReport,
): readonly string[] {
  const looking = new Set(policies.flatMap(({ name, options }) => (options.referrers ? name : [])));
  const open = tasks.filter(({ action, policy }) => action !== "unchanged" && !looking.has(policy));
  const words = [...open.map(({ target }) => target), ...errors.map(({ code }) => code)];
  return words.map((word) => `S12: a plan names ${word}`);
}

/** The error codes, or else the state, in a row. */
function codesIn(text: string): readonly string[] {
  const codes = [...text.matchAll(/"code":"(\w+)"/g)].map(([, code = ""]) => code);
  return text.includes('"state":"poisoned"') ? ["poisoned", ...codes] : codes;
}
