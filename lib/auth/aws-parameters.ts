import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Secret } from "../base/secret.ts";
import { withoutWarnings } from "../base/without-warnings.ts";
import { askAws, awsAccess, awsSettings, regionOfArn } from "./aws-client.ts";
import type { Environment } from "./docker-config-files.ts";
import { withoutText } from "./secret-reference.ts";

/**
 * Reads a parameter, encrypted or not, from AWS Systems Manager (*GetParameter*) by name or ARN.
 *
 * @throws {FerryError} as `awsError`; `SECRET_UNRESOLVED` (fixInput) when the parameter is empty.
 */
export async function readAwsParameter(name: string, env: Environment): Promise<Secret> {
  const access = { ...awsAccess("SSM", env), ...regionOfArn(name) };
  const client = withoutWarnings(() => new SSMClient(awsSettings(access)));
  const question = { action: "ssm:GetParameter", resource: name };
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const { Parameter: parameter } = await askAws(client, question, () => client.send(command));
  if (parameter?.Value) return new Secret(parameter.Value);
  throw withoutText(`aws-ssm:${name}`);
}
