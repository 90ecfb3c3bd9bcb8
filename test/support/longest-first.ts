import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take 10 s and more, the longest first; an end of the path. */
export const LONGEST: readonly string[] = [
  "e2e/sigkill-serve",
  "e2e/pipeline-kills",
  "e2e/serve-http",
  "e2e/pipeline-deaths",
  "e2e/pipeline-hand-over",
  "e2e/pipeline-listing",
  "e2e/dashboard",
  "e2e/sigkill",
  "e2e/clock-jump",
  "e2e/real-registries",
  "e2e/pipeline-small",
  "e2e/check",
  "e2e/faults",
  "chaos/network-faults",
  "bundles/function-bundles",
  "state/dynamodb-table",
  "chaos/registry-faults",
  "infra/aws",
  "security/hostile-registry",
  "state/tablestore-table",
  "sync/orchestrate",
  "chaos/faults",
  "emulators/sqs-poller",
  ...["first", "second", "third", "fourth"].map((part) => `simulation/swarm-${part}`),
  "simulation/kill-pairs",
  "simulation/tag-race",
].map((name) => `/test/${name}.test.ts`);

/** Begins with what takes longest, so that no worker waits at the end for one that began late. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((left, right) => rankOf(left) - rankOf(right));
  }
}

/** Place of a file in the order: the least comes first; equals keep vitest's order. */
export function rankOf({ moduleId }: Pick<TestSpecification, "moduleId">): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return rank < 0 ? LONGEST.length : rank;
}
