import type { PlannedContent } from "./measure-plan.ts";
import { priceRun, type RunPrice } from "./price-run.ts";
import type { RunCost } from "./run-cost.ts";

/** What a run would cost as a pipeline, before it runs; fields are only ever added. */
export interface CostEstimate extends RunCost {
  /** Bytes to be moved, unless a target holds or mounts them already. */
  readonly bytes: number;
  /** Requests to registries. */
  readonly requests: number;
  /** Tags whose size could not be read. */
  readonly unread: number;
  readonly prices: readonly RunPrice[];
}

/** Of a worker as the templates deploy it. */
const MEMORY_GB = 0.5;
const BYTES_PER_SECOND = 40_000_000;
const SECONDS_PER_TAG = 2;
/** Tags held against their target per second of a listing. */
const LISTED_PER_SECOND = 300;
/** An invocation hands its work on after so long. */
const LIFE_SECONDS = 840;
/** Rows of a run, its listing and its end. */
const RUN_ROWS = 12;
/** A task is planned, claimed, settled. */
const TASK_WRITES = 3;
/** A target's tag is leased and marked. */
const PAIR_WRITES = 2;
/** The upload of a large blob is leased and ended; who could mount it is asked once. */
const TURN_WRITES = 2;
const TURN_READS = 1;
const TASK_READS = 3;
const TAG_REQUESTS = 2;
const MANIFEST_REQUESTS = 2;
const BLOB_REQUESTS = 3;

/** Estimates what copying this content costs; `pairsSeen` is how many pairs the listing compares. */
export function estimateCost(content: PlannedContent, pairsSeen: number): CostEstimate {
  const { tags, pairs, manifests, blobs, turns, bytes, unread } = content;
  const workSeconds = tags * SECONDS_PER_TAG + bytes / BYTES_PER_SECOND;
  const listingSeconds = 1 + pairsSeen / LISTED_PER_SECOND;
  const listings = Math.ceil(listingSeconds / LIFE_SECONDS);
  const cost: RunCost = {
    invocations: listings + Math.max(tags, Math.ceil(workSeconds / LIFE_SECONDS)),
    gbSeconds: (workSeconds + listingSeconds) * MEMORY_GB,
    tableReads: RUN_ROWS + pairsSeen + tags * TASK_READS + manifests + blobs + turns * TURN_READS,
    tableWrites:
      RUN_ROWS + tags * TASK_WRITES + pairs * PAIR_WRITES + manifests + blobs + turns * TURN_WRITES,
  };
  return {
    ...cost,
    bytes,
    requests:
      pairsSeen + tags * TAG_REQUESTS + manifests * MANIFEST_REQUESTS + blobs * BLOB_REQUESTS,
    unread,
    prices: priceRun(cost),
  };
}
