import { FerryError, toFerryError } from "../base/error.ts";
import { type CloudFault, type CloudPlace, cloudFailure } from "./cloud-failure.ts";

/** Error codes (Tablestore documentation, *Error codes*); those worth a retry are busy or unreachable. */
const BY_CODE: ReadonlyMap<string, CloudFault> = new Map([
  ["OTSRowOperationConflict", "busy"],
  ["OTSNotEnoughCapacityUnit", "busy"],
  ["OTSCapacityUnitExhausted", "busy"],
  ["OTSOperationThrottled", "busy"],
  ["OTSPartitionUnavailable", "busy"],
  ["OTSQuotaExhausted", "busy"],
  ["OTSServerBusy", "busy"],
  ["OTSTableNotReady", "busy"],
  ["OTSTimeout", "unreachable"],
  ["OTSRequestTimeout", "unreachable"],
  ["OTSInternalServerError", "unreachable"],
  ["OTSServerUnavailable", "unreachable"],
  ["OTSObjectNotExist", "missing"],
  ["OTSNoPermissionAccess", "denied"],
  ["OTSAuthFailed", "credentials"],
  ["OTSInvalidPK", "unsuitable"],
  ["OTSOutOfRowSizeLimit", "tooLarge"],
  ["OTSRequestBodyTooLarge", "tooLarge"],
]);

const STATUS_SERVER_FAULT = 500;
/** Enough of a page that is none of the service's own. */
const WORDS_MAX = 200;

/**
 * Says what an error of the SDK means for the table at `place`.
 *
 * The SDK leaves the body of a refusal undecoded: its message holds the code and the words between
 * protobuf's bytes, and its code is the HTTP status.
 *
 * @returns a `STATE_…` error, or an internal one for what is no answer and no network fault.
 */
export function tablestoreFailure(
  thrown: unknown,
  place: CloudPlace,
  operation: string,
): FerryError {
  const fault = faultOf(thrown);
  if (fault === undefined || !(thrown instanceof Error)) return toFerryError(thrown);
  const words = readableWords(thrown.message);
  return cloudFailure(fault, place, { action: permissionFor(operation), words });
}

/** What became of one row of a batch. */
export interface BatchItem {
  readonly isOk: boolean;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Says what the error of one row in a batch means. */
export function rowFailure(item: BatchItem, place: CloudPlace, operation: string): FerryError {
  const { errorCode, errorMessage } = item;
  const words = `${errorCode}: ${errorMessage}`;
  const fault = BY_CODE.get(errorCode ?? "") ?? "refused";
  return cloudFailure(fault, place, { action: permissionFor(operation), words });
}

/** Whether the condition of a write did not hold. */
export function isConditionCheckFailed(thrown: unknown): boolean {
  return thrown instanceof Error && codeIn(thrown.message) === "OTSConditionCheckFail";
}

function faultOf(thrown: unknown): CloudFault | undefined {
  if (!(thrown instanceof Error) || thrown instanceof FerryError) return undefined;
  const named = BY_CODE.get(codeIn(thrown.message) ?? "");
  if (named !== undefined) return named;
  if (thrown.name === "TimeoutError") return "unreachable";
  const code = "code" in thrown ? thrown.code : undefined;
  if (typeof code === "number") return code < STATUS_SERVER_FAULT ? "refused" : "unreachable";
  return typeof code === "string" ? "unreachable" : undefined;
}

/** Code and words: the message follows the code by protobuf's tag 2 and a length. */
function readableWords(message: string): string {
  const code = codeIn(message);
  const field = message.split("\u0012")[1];
  if (code === undefined || field === undefined) {
    return message.replace(/[^\x20-\x7e]+/g, " ").slice(0, WORDS_MAX);
  }
  // A length of two bytes begins with one that is no text.
  return `${code}: ${field.slice(field.startsWith("\ufffd") ? 2 : 1)}`;
}

function codeIn(message: string): string | undefined {
  return /OTS[A-Za-z]+/.exec(message)?.[0];
}

/** As policies of Resource Access Management name it. */
function permissionFor(operation: string): string {
  return `ots:${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
}
