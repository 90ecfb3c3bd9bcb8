import type { DispatchFault } from "./dispatch-failed.ts";

/** What SQS was asked for. */
export interface SqsRequest {
  /** The IAM action. */
  readonly action: string;
  readonly queue: string;
}

const MISSING = /NonExistentQueue|QueueDoesNotExist/;
const FORBIDDEN =
  /AccessDenied|AuthFailure|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken|SignatureDoesNotMatch|CredentialsProvider/;

/**
 * Tells what an error of the SQS client means, by its name (SQS API reference, *Common errors*).
 * What is not known to be final may pass: a message sent twice does no harm.
 */
export function sqsFault(thrown: unknown, { action, queue }: SqsRequest): DispatchFault {
  const code = nameOf(thrown);
  if (MISSING.test(code)) {
    const hint = `There is no queue "${queue}": check IMAGEFERRY_TASK_QUEUE and IMAGEFERRY_RUN_QUEUE.`;
    return { code, remedy: "fixInput", hint };
  }
  if (FORBIDDEN.test(code)) {
    return { code, remedy: "fixInput", hint: `Allow ${action} on queue "${queue}".` };
  }
  return { code, remedy: "retry" };
}

/** Faults of the connection are all named `Error`, and told apart by their code. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.name;
}
