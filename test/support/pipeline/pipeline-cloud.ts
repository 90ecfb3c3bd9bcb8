import { fileURLToPath } from "node:url";
import type { StateTable } from "../../../lib/state/state-table.ts";
import type { TaskMessage } from "../../../lib/sync/dispatcher.ts";
import type { TriggerAnswer, TriggerRequest } from "../function-host/http-trigger.ts";
import type { InvocationRecord } from "../function-host/invocation-record.ts";

/** What the functions of an emulated cloud are given. */
export interface CloudSettings {
  /** `imageferry.yaml`. */
  readonly configFile: string;
  /** Folder with the bundles, one below `aws/` or `alicloud/` for each function. */
  readonly bundles?: string;
  /** Of a worker. Default: 512. */
  readonly memoryMb?: number;
  /** How long an invocation of orchestrator or worker may live. Default: 60 s. */
  readonly lifeMs?: number;
  /** Workers at once. Default: 20. */
  readonly workers?: number;
  /** Host the HTTP API too. Default: no. */
  readonly api?: boolean;
  /** Variables besides those that the functions need. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A function that is hosted. */
export type PipelineFunction = ReturnType<typeof pipelineFunctions>[number]["name"];

/** The whole pipeline on an emulated cloud: built bundles, table, queues or invocations. */
export interface PipelineCloud {
  /** What it runs on, for people. */
  readonly name: string;
  /** Where the state is, for `--state`. */
  readonly state: string;
  /** Variables with which this process may read it. */
  readonly env: Readonly<Record<string, string>>;
  readonly table: StateTable;
  /** Invocations that have ended. */
  readonly invocations: readonly InvocationRecord[];
  /** Calls the orchestrator and waits for its answer. */
  orchestrate(event: object): Promise<unknown>;
  /** Calls the sweeper as its schedule does, and waits for its answer. */
  sweep(): Promise<unknown>;
  /** Sends the HTTP API a request, where it is hosted. */
  request(request: TriggerRequest): Promise<TriggerAnswer>;
  /** Delivers a task to a worker once more, as platforms may; nobody waits for it. */
  deliverAgain(task: TaskMessage): Promise<void>;
  /** Kills invocations under way of a function, as many as `count`, and tells how many. */
  kill(name: PipelineFunction, count: number): number;
  stop(): Promise<void>;
}

const BUILT = fileURLToPath(new URL("../../../dist/functions", import.meta.url));

/** Folder with the bundles that are tested: the one `IMAGEFERRY_FUNCTIONS` names, else the built. */
export function testedFunctions(): string {
  return process.env["IMAGEFERRY_FUNCTIONS"] ?? BUILT;
}

const API = { name: "api", memoryMb: 512, timeoutMs: 60_000, concurrencyMax: 2 } as const;

/** The functions of a pipeline, with what differs between them. */
export function pipelineFunctions(settings: CloudSettings) {
  const { memoryMb = 512, lifeMs = 60_000, workers = 20 } = settings;
  return [
    { name: "orchestrator", memoryMb: 512, timeoutMs: lifeMs, concurrencyMax: 4 },
    { name: "worker", memoryMb, timeoutMs: lifeMs, concurrencyMax: workers },
    { name: "sweeper", memoryMb: 512, timeoutMs: 60_000, concurrencyMax: 1 },
    ...(settings.api === true ? [API] : []),
  ] as const;
}

/** Reads what a function answered. */
export function answerOf(
  name: string,
  answer: { readonly payload: Uint8Array; readonly isError: boolean } | undefined,
): unknown {
  const text = Buffer.from(answer?.payload ?? []).toString("utf8");
  if (answer === undefined || answer.isError) throw new Error(`${name} failed: ${text}`);
  return JSON.parse(text);
}
