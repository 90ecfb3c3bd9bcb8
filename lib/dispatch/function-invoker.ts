import type { DispatchFault } from "./dispatch-failed.ts";

/** One asynchronous invocation. */
export interface AsyncInvocation {
  readonly functionName: string;
  /** JSON; ids alone, never more than a few hundred bytes. */
  readonly body: string;
  /** `[A-Za-z_][A-Za-z0-9_-]{0,127}`: the platform takes the same one once. */
  readonly taskId: string;
}

/** How a platform answered an invocation. */
export interface InvocationAnswer {
  /** Left out: there was no answer, or none that could be read. */
  readonly status?: number;
  /** The platform's code for a refusal, or the error's; left out: it has been taken. */
  readonly refusal?: string;
}

/** A platform that is given invocations, and runs them when it can. */
export interface FunctionInvoker {
  /** Gives one invocation; refusals and broken connections are answers too. */
  invoke(invocation: AsyncInvocation): Promise<InvocationAnswer>;
}

const CONFLICT = 409;

/**
 * Tells what is wrong with an invocation by its answer; `undefined` when the platform has it, now
 * or from before (Function Compute, *Error codes*, *Asynchronous tasks*).
 */
export function invocationFault(
  functionName: string,
  { status, refusal }: InvocationAnswer,
): DispatchFault | undefined {
  if (refusal === undefined || status === CONFLICT) return undefined;
  const code = status === undefined ? refusal : `${status} ${refusal}`;
  if (status === 401 || status === 403) {
    const hint = `Allow fc:InvokeFunction on function "${functionName}" to the caller's role.`;
    return { code, remedy: "fixInput", hint };
  }
  if (status === 404) {
    const names = "IMAGEFERRY_WORKER_FUNCTION, IMAGEFERRY_ORCHESTRATOR_FUNCTION";
    const hint = `There is no function "${functionName}": check ${names} and IMAGEFERRY_FC_SERVICE.`;
    return { code, remedy: "fixInput", hint };
  }
  return { code, remedy: mayPass(status) ? "retry" : "giveUp" };
}

function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}
