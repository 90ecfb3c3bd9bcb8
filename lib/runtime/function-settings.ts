import { join } from "node:path";
import { FerryError } from "../base/error.ts";
import { LOG_LEVELS, type LogLevel } from "../observe/event-record.ts";
import { parseStateLocation, type StateLocation } from "../state/state-location.ts";

/** Variables of a function. */
export type FunctionVariables = Readonly<Record<string, string | undefined>>;

/** By what orders travel to workers and orchestrators. */
export type DispatchSettings =
  | { readonly kind: "sqs"; readonly taskQueue: string; readonly runQueue: string }
  | {
      readonly kind: "fc";
      readonly worker: string;
      readonly orchestrator: string;
      readonly accountId: string;
      readonly region: string;
      /** Of functions of FC 2; those of FC 3 have none. */
      readonly service?: string;
      readonly endpoint?: string;
    };

/** What a function is told by its variables. */
export interface FunctionSettings {
  readonly state: StateLocation;
  readonly dispatch: DispatchSettings;
  readonly configFile: string;
}

/**
 * Reads a function's variables; `codeFolder` is where the configuration is unless they say.
 *
 * @throws {FerryError} `SETTING_MISSING`, `SETTING_INVALID`, `STATE_LOCATION_INVALID`.
 */
export function readFunctionSettings(env: FunctionVariables, codeFolder: string): FunctionSettings {
  const state = parseStateLocation(required(env, "IMAGEFERRY_STATE"));
  if (state.kind === "memory" || state.kind === "file") {
    throw new FerryError(`IMAGEFERRY_STATE names a ${state.kind}, which functions do not share`, {
      code: "SETTING_INVALID",
      remedy: "fixInput",
      hint: "Name a table: dynamodb://TABLE?region=REGION or tablestore://INSTANCE/TABLE?region=REGION.",
    });
  }
  return {
    state,
    dispatch: dispatchSettings(env),
    configFile: env["IMAGEFERRY_CONFIG"] || join(codeFolder, "imageferry.yaml"),
  };
}

/** How much a function logs: what is wrong there must not keep it from logging. */
export function readLogLevel(env: FunctionVariables): LogLevel {
  return LOG_LEVELS.find((level) => level === env["IMAGEFERRY_LOG_LEVEL"]) ?? "info";
}

/** The memory that the platform says the function has; 0 where it says nothing. */
export function readMemoryMb(env: FunctionVariables): number {
  return Number(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] ?? env["FC_FUNCTION_MEMORY_SIZE"] ?? 0);
}

function dispatchSettings(env: FunctionVariables): DispatchSettings {
  if (!env["IMAGEFERRY_WORKER_FUNCTION"]) {
    return {
      kind: "sqs",
      taskQueue: queueUrl(env, "IMAGEFERRY_TASK_QUEUE"),
      runQueue: queueUrl(env, "IMAGEFERRY_RUN_QUEUE"),
    };
  }
  const service = env["IMAGEFERRY_FC_SERVICE"];
  const endpoint = env["IMAGEFERRY_FC_ENDPOINT"];
  if (endpoint && !URL.canParse(endpoint)) throw notUrl("IMAGEFERRY_FC_ENDPOINT", endpoint);
  return {
    kind: "fc",
    worker: required(env, "IMAGEFERRY_WORKER_FUNCTION"),
    orchestrator: required(env, "IMAGEFERRY_ORCHESTRATOR_FUNCTION"),
    // The platform sets these two.
    accountId: required(env, "FC_ACCOUNT_ID"),
    region: required(env, "FC_REGION"),
    ...(service && { service }),
    ...(endpoint && { endpoint }),
  };
}

function queueUrl(env: FunctionVariables, name: string): string {
  const url = required(env, name);
  if (!URL.canParse(url)) throw notUrl(name, url);
  return url;
}

function required(env: FunctionVariables, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new FerryError(`variable ${name} of the function is not set`, {
    code: "SETTING_MISSING",
    remedy: "fixInput",
    hint: "docs/serverless.md lists the variables that functions need.",
  });
}

function notUrl(name: string, value: string): FerryError {
  return new FerryError(`variable ${name} of the function is no URL: "${value}"`, {
    code: "SETTING_INVALID",
    remedy: "fixInput",
  });
}
