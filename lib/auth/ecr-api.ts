import {
  CreateRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  RepositoryAlreadyExistsException,
} from "@aws-sdk/client-ecr";
import { Secret } from "../base/secret.ts";
import { withoutWarnings } from "../base/without-warnings.ts";
import type { RepositoryCreation } from "../http/origin-settings.ts";
import type { AccessKeys } from "./access-keys.ts";
import { type AwsAccess, type AwsQuestion, askAws, awsError, awsSettings } from "./aws-client.ts";
import { noPassword } from "./cloud-credential.ts";
import type { EcrHost } from "./cloud-hosts.ts";

/** A password as ECR hands it out. */
export interface EcrToken {
  /** Base64 of `AWS:password`. */
  readonly token: Secret;
  /** Wall clock, milliseconds. */
  readonly expiresAtMs: number;
}

/**
 * Asks for a password to a private registry (Amazon ECR, *GetAuthorizationToken*).
 *
 * @throws {FerryError} as `awsError`; `CLOUD_REFUSED` (giveUp) when the answer has no token.
 */
export async function ecrToken(host: EcrHost, access: AwsAccess): Promise<EcrToken> {
  const { accountId, region } = host;
  const resource = `the registry of ${accountId} in ${region}`;
  const question = { action: "ecr:GetAuthorizationToken", resource };
  // One token is good for every registry by now; partitions that lag behind want to be told whose.
  const command = new GetAuthorizationTokenCommand({ registryIds: [accountId] });
  const answer = await askAws(openClient(host, access), question, (client) => client.send(command));
  const [data] = answer.authorizationData ?? [];
  if (!data?.authorizationToken || data.expiresAt === undefined) throw noPassword(question.action);
  return { token: new Secret(data.authorizationToken), expiresAtMs: data.expiresAt.getTime() };
}

/**
 * Makes a repository (Amazon ECR, *CreateRepository*); one that exists already is fine.
 *
 * @throws {FerryError} as `awsError`.
 */
export async function createEcrRepository(
  repository: string,
  settings: RepositoryCreation,
  { host, access }: { readonly host: EcrHost; readonly access: AwsAccess },
): Promise<void> {
  const { accountId, region } = host;
  const resource = `arn:*:ecr:${region}:${accountId}:repository/${repository}`;
  const command = new CreateRepositoryCommand({
    registryId: accountId,
    repositoryName: repository,
    imageTagMutability: settings.immutableTags ? "IMMUTABLE" : "MUTABLE",
    imageScanningConfiguration: { scanOnPush: settings.scanOnPush ?? false },
  });
  const question = { action: "ecr:CreateRepository", resource };
  await askAws(openClient(host, access), question, async (client) => {
    try {
      await client.send(command);
    } catch (thrown) {
      if (!(thrown instanceof RepositoryAlreadyExistsException)) throw thrown;
    }
  });
}

/**
 * The keys the SDK's own chain finds: environment, shared files, the role of a function or machine.
 *
 * @throws {FerryError} `CLOUD_KEYS_MISSING` (authenticate).
 */
export async function awsChainKeys(question: AwsQuestion): Promise<AccessKeys> {
  const client = withoutWarnings(() => new ECRClient({ region: "us-east-1" }));
  try {
    const found = await client.config.credentials();
    return {
      id: found.accessKeyId,
      secret: new Secret(found.secretAccessKey),
      ...(found.sessionToken && { token: new Secret(found.sessionToken) }),
    };
  } catch (thrown) {
    throw awsError(thrown, question);
  } finally {
    client.destroy();
  }
}

function openClient({ region, fips, dualStack }: EcrHost, access: AwsAccess): ECRClient {
  // The SDK knows these variants of AWS's own endpoint only.
  const isOwn = access.endpoint === undefined;
  return withoutWarnings(
    () =>
      new ECRClient({
        ...awsSettings({ ...access, region }),
        ...(isOwn && { useFipsEndpoint: fips, useDualstackEndpoint: dualStack }),
      }),
  );
}
