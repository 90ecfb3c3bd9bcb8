import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Secret } from "../base/secret.ts";
import { withoutWarnings } from "../base/without-warnings.ts";
import { askAws, awsAccess, awsSettings, regionOfArn } from "./aws-client.ts";
import type { Environment } from "./docker-config-files.ts";
import { withoutText } from "./secret-reference.ts";

/**
 * Reads a secret from AWS Secrets Manager (*GetSecretValue*) by name or ARN.
 *
 * @throws {FerryError} as `awsError`; `SECRET_UNRESOLVED` (fixInput) when the secret is no text.
 */
export async function readAwsSecret(name: string, env: Environment): Promise<Secret> {
  const access = { ...awsAccess("SECRETS_MANAGER", env), ...regionOfArn(name) };
  const client = withoutWarnings(() => new SecretsManagerClient(awsSettings(access)));
  const question = { action: "secretsmanager:GetSecretValue", resource: name };
  const command = new GetSecretValueCommand({ SecretId: name });
  const answer = await askAws(client, question, () => client.send(command));
  if (answer.SecretString) return new Secret(answer.SecretString);
  throw withoutText(`aws-sm:${name}`);
}
