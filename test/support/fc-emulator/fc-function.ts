import type { RetryRules } from "../function-host/event-queue.ts";
import type { FunctionPlatform } from "../function-host/execution-environment.ts";
import type { HostedFunction } from "../function-host/hosted-function.ts";

/** A Function Compute function and its asynchronous invocation settings. */
export interface FcFunction extends HostedFunction {
  /** Service of a function of FC 2; one of FC 3 has none. */
  readonly service?: string;
  /** `file.export`, called once per environment before the first event. */
  readonly initializer?: string;
  /** Retries of asynchronous events after function errors, 0–8. Default: 3. */
  readonly retriesMax?: number;
  /** Default: 24 h, in the platform's time. */
  readonly eventAgeMsMax?: number;
}

/** Keys with which requests are signed. */
export interface FcCredential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** With temporary keys alone; their ids begin with `STS`. */
  readonly securityToken?: string;
}

/** Where the emulated functions live. */
export interface FcPlace {
  readonly accountId: string;
  readonly region: string;
}

/** The temporary keys that functions get for their role. */
export const ROLE_CREDENTIAL: Required<FcCredential> = {
  accessKeyId: "STS.EmulatedFunctionRole",
  accessKeySecret: "emulated-role-secret",
  securityToken: "emulated-role-token",
};

const HOUR_MS = 3_600_000;
const THROTTLE_MS = 500;
const THROTTLE_MS_MAX = HOUR_MS;
const INIT_MS_MAX = 30_000;

/** Name by which a function is found: `service/function` in FC 2, `function` in FC 3. */
export function fcKey(name: string, service?: string): string {
  return service === undefined ? name : `${service}/${name}`;
}

/**
 * Throttled events wait 0.5, 1, 2, 4… seconds. The vendor does not tell the delay after function
 * errors; it is taken to be the same.
 *
 * https://www.alibabacloud.com/help/en/functioncompute/fc-2-0/user-guide/error-handling
 */
export function fcRetryRules(hosted: FcFunction): RetryRules {
  const delayMs = (count: number): number =>
    Math.min(THROTTLE_MS * 2 ** (count - 1), THROTTLE_MS_MAX);
  return {
    retriesMax: hosted.retriesMax ?? 3,
    ageMsMax: hosted.eventAgeMsMax ?? 24 * HOUR_MS,
    retryDelayMs: delayMs,
    throttleDelayMs: delayMs,
  };
}

/** How Function Compute runs a function in its built-in Node.js runtime. */
export function fcPlatform(nodePath: string): FunctionPlatform {
  return {
    bootstrap: new URL("./fc-bootstrap.mjs", import.meta.url),
    nodePath,
    initMsMax: INIT_MS_MAX,
    variables: ({ id, runtimeApi }) => ({ FC_INSTANCE_ID: id, FC_RUNTIME_API: runtimeApi }),
  };
}

/**
 * A function as it runs: with the variables that Function Compute sets.
 *
 * @throws {Error} for a function that Function Compute would not take.
 */
export function deployFc(hosted: FcFunction, place: FcPlace): FcFunction {
  assertDeployable(hosted);
  const variables = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: ROLE_CREDENTIAL.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: ROLE_CREDENTIAL.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: ROLE_CREDENTIAL.securityToken,
    FC_ACCOUNT_ID: place.accountId,
    FC_FUNC_CODE_PATH: hosted.codeFolder,
    FC_FUNCTION_HANDLER: hosted.handler,
    FC_FUNCTION_INITIALIZER: hosted.initializer ?? "",
    FC_FUNCTION_MEMORY_SIZE: String(hosted.memoryMb),
    FC_FUNCTION_NAME: hosted.name,
    FC_QUALIFIER: "LATEST",
    FC_REGION: place.region,
    FC_RUNTIME: "nodejs20",
    FC_SERVICE_NAME: hosted.service ?? "",
    FC_TIMEOUT: String(hosted.timeoutMs / 1000),
  };
  return { ...hosted, env: { ...variables, ...hosted.env } };
}

/** What a handler is told beside the event, less what the runtime adds. */
export function fcContext(
  hosted: FcFunction,
  place: FcPlace,
  call: { requestId: string; attempt: number },
): object {
  return {
    requestId: call.requestId,
    credentials: ROLE_CREDENTIAL,
    function: {
      name: hosted.name,
      handler: hosted.handler,
      memory: hosted.memoryMb,
      timeout: hosted.timeoutMs / 1000,
      initializer: hosted.initializer ?? "",
      initializationTimeout: INIT_MS_MAX / 1000,
    },
    service: {
      name: hosted.service ?? "",
      logProject: "",
      logStore: "",
      qualifier: "LATEST",
      versionId: "",
    },
    region: place.region,
    accountId: place.accountId,
    retryCount: call.attempt - 1,
  };
}

function assertDeployable(hosted: FcFunction): void {
  const retries = hosted.retriesMax ?? 0;
  if (retries < 0 || retries > 8) throw new Error(`${hosted.name}: retriesMax is not in 0–8`);
  if (hosted.memoryMb < 128 || hosted.memoryMb % 64 !== 0) {
    throw new Error(`${hosted.name}: memoryMb is not 128 or more in steps of 64`);
  }
}
