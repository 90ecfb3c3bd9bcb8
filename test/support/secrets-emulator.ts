import { type LocalServer, type Reply, type Seen, startServer } from "../auth/local-server.ts";
import { type KnownKeys, signatureFlaw } from "./request-signature.ts";

/** How the emulator is set up. */
export interface SecretsEmulatorOptions {
  readonly keys: KnownKeys;
  /** Values by name; may change while it runs. */
  readonly values: ReadonlyMap<string, string>;
  /** Names whose reading the policy forbids. */
  readonly forbidden?: ReadonlySet<string>;
}

const NAME_FIELDS: ReadonlyMap<string, string> = new Map([
  ["secretsmanager.GetSecretValue", "SecretId"],
  ["AmazonSSM.GetParameter", "Name"],
]);

/** AWS Secrets Manager and Parameter Store as far as they are called; signatures checked. */
export function startSecretsEmulator(options: SecretsEmulatorOptions): Promise<LocalServer> {
  const { keys, values, forbidden } = options;
  return startServer((request: Seen) => {
    const target = String(request.headers["x-amz-target"]);
    const flaw = signatureFlaw(request, keys);
    if (flaw !== undefined) return refusal("InvalidSignatureException", flaw);
    const isParameter = target.startsWith("AmazonSSM");
    const body = JSON.parse(request.body);
    const name: string = body[NAME_FIELDS.get(target) ?? ""];
    if (forbidden?.has(name)) return refusal("AccessDeniedException", "not authorized");
    const value = values.get(name);
    if (value !== undefined) return isParameter ? parameter(body, value) : secret(name, value);
    return refusal(isParameter ? "ParameterNotFound" : "ResourceNotFoundException", "not found");
  });
}

function secret(name: string, value: string): Reply {
  return json(200, { Name: name, SecretString: value });
}

/** Without decryption the store gives the cipher text. */
function parameter(asked: { Name: string; WithDecryption?: boolean }, value: string): Reply {
  const shown = asked.WithDecryption === true ? value : "AQICAHh";
  return json(200, { Parameter: { Name: asked.Name, Type: "SecureString", Value: shown } });
}

function refusal(code: string, message: string): Reply {
  return json(400, { __type: code, message });
}

function json(status: number, body: object): Reply {
  const headers = { "content-type": "application/x-amz-json-1.1" };
  return { status, headers, body: JSON.stringify(body) };
}
