import { FerryError, toFerryError } from "../base/error.ts";
import { type AccessKeys, environmentKeys, keysMissing } from "./access-keys.ts";
import { cloudRefusal } from "./cloud-refusal.ts";
import type { Environment } from "./docker-config-files.ts";

/** What a client of an AWS API is opened with; the SDK finds out what is left out. */
export interface AwsAccess {
  /** Left out: shared files or a role, by the SDK's own chain. */
  readonly keys?: AccessKeys;
  readonly region?: string;
  /** Origin of the API when it is not AWS's own. */
  readonly endpoint?: string;
}

/** What is asked, for messages. */
export interface AwsQuestion {
  /** As it stands in a policy: `ecr:GetAuthorizationToken`. */
  readonly action: string;
  readonly resource: string;
}

const CONNECTION_MS_MAX = 3_000;
const ANSWER_MS_MAX = 15_000;

/**
 * What the environment says about access to an AWS API, in the SDKs' own variables.
 *
 * @param service as in `AWS_ENDPOINT_URL_<SERVICE>`.
 */
export function awsAccess(service: string, env: Environment): AwsAccess {
  // A profile that is asked for by name comes before keys, as in the SDKs.
  const keys = env["AWS_PROFILE"] ? undefined : environmentKeys("ecr", env);
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env["AWS_ENDPOINT_URL"];
  return { ...(keys && { keys }), ...(region && { region }), ...(endpoint && { endpoint }) };
}

/** Settings every AWS client here has. */
export function awsSettings({ keys, region, endpoint }: AwsAccess) {
  return {
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECTION_MS_MAX,
      requestTimeout: ANSWER_MS_MAX,
      // Without it the SDK says that time is up, and waits on.
      throwOnRequestTimeout: true,
    },
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(keys && {
      credentials: {
        accessKeyId: keys.id,
        secretAccessKey: keys.secret.reveal(),
        ...(keys.token && { sessionToken: keys.token.reveal() }),
      },
    }),
  };
}

/**
 * Asks by a client made for this question, and lets go of it: questions are minutes or hours apart,
 * so that no connection is kept for the next one.
 *
 * @throws {FerryError} as `awsError`.
 */
export async function askAws<C extends { destroy(): void }, T>(
  client: C,
  question: AwsQuestion,
  call: (client: C) => Promise<T>,
): Promise<T> {
  try {
    return await call(client);
  } catch (thrown) {
    throw awsError(thrown, question);
  } finally {
    client.destroy();
  }
}

/** The region in an ARN, which counts more than the environment's; nothing for plain names. */
export function regionOfArn(name: string): Pick<AwsAccess, "region"> {
  const region = /^arn:[a-z-]+:[a-z]+:([a-z0-9-]+):/.exec(name)?.[1];
  return region === undefined ? {} : { region };
}

/**
 * What a failed call of the AWS SDK means.
 *
 * @returns as `cloudRefusal`; `CLOUD_KEYS_MISSING` (authenticate) when the SDK found no keys,
 * `CLOUD_REGION_MISSING` (fixInput) when it found no region; an error of ours as it is.
 */
export function awsError(thrown: unknown, { action, resource }: AwsQuestion): FerryError {
  if (thrown instanceof FerryError || !(thrown instanceof Error)) return toFerryError(thrown);
  const { name, message } = thrown;
  if (name === "CredentialsProviderError") return keysMissing("ecr", `${action} on ${resource}`);
  if (message === "Region is missing") {
    return new FerryError(`${action} on ${resource}: no AWS region is known`, {
      code: "CLOUD_REGION_MISSING",
      remedy: "fixInput",
      hint: "Set AWS_REGION.",
    });
  }
  const status = statusOf(thrown);
  if (status === undefined) return toFerryError(thrown);
  return cloudRefusal({ action, resource, status, code: name, words: message });
}

/** 0 when the call was sent and got no answer; `undefined` when it was not even sent. */
function statusOf(thrown: Error): number | undefined {
  if (!("$metadata" in thrown)) return undefined;
  const { $metadata: metadata } = thrown;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const status = "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? status : 0;
}
