import { type FerryError, toFerryError } from "../base/error.ts";
import { type CloudFault, type CloudPlace, cloudFailure } from "./cloud-failure.ts";

/** Error names of the API (Amazon DynamoDB API Reference, *Common Errors* and each operation's). */
const BY_NAME: ReadonlyMap<string, CloudFault> = new Map([
  ["ProvisionedThroughputExceededException", "busy"],
  ["RequestLimitExceeded", "busy"],
  ["ThrottlingException", "busy"],
  ["LimitExceededException", "busy"],
  ["ReplicatedWriteConflictException", "busy"],
  ["ContinuousBackupsUnavailableException", "busy"],
  ["ResourceNotFoundException", "missing"],
  ["AccessDeniedException", "denied"],
  ["UnrecognizedClientException", "credentials"],
  ["InvalidSignatureException", "credentials"],
  ["IncompleteSignatureException", "credentials"],
  ["MissingAuthenticationTokenException", "credentials"],
  ["ExpiredTokenException", "credentials"],
  ["CredentialsProviderError", "credentials"],
  ["TokenProviderError", "credentials"],
]);

const WRONG_KEYS = /key element|missing the key|type mismatch for key|number of conditions/i;

/**
 * Says what an error of the SDK means for the table at `place`.
 *
 * The cause is left out: it carries the answer, and refusals of signatures quote session tokens.
 *
 * @returns a `STATE_…` error, or an internal one for what is no answer and no network fault.
 */
export function dynamodbFailure(thrown: unknown, place: CloudPlace, action: string): FerryError {
  const fault = faultOf(thrown);
  if (fault === undefined || !(thrown instanceof Error)) return toFerryError(thrown);
  const quotable = fault !== "credentials" && thrown.message !== "";
  const words = quotable ? `${thrown.name}: ${thrown.message}` : thrown.name;
  return cloudFailure(fault, place, { action: `dynamodb:${action}`, words });
}

/** Whether the condition of a write did not hold. */
export function isConditionFailed(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "ConditionalCheckFailedException";
}

function faultOf(thrown: unknown): CloudFault | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { clockSkewCorrected, httpStatusCode: status } = metadataOf(thrown);
  // The machine's clock is off, and the SDK has taken over the service's for the next try.
  if (clockSkewCorrected === true) return "unreachable";
  const named = BY_NAME.get(thrown.name);
  if (named !== undefined) return named;
  if (isOutage(thrown) || (typeof status === "number" && status >= 500)) return "unreachable";
  if (status === undefined) return undefined;
  return WRONG_KEYS.test(thrown.message) ? "unsuitable" : "refused";
}

/** Faults of the network, answers that never came or broke off, and pages of proxies. */
function isOutage(error: Error): boolean {
  const isNetworkError = "code" in error && typeof error.code === "string";
  return isNetworkError || ["TimeoutError", "AbortError", "SyntaxError"].includes(error.name);
}

interface AnswerMetadata {
  readonly httpStatusCode?: unknown;
  readonly clockSkewCorrected?: unknown;
}

function metadataOf(error: Error): AnswerMetadata {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  return typeof metadata === "object" && metadata !== null ? metadata : {};
}
