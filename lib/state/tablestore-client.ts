import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type tablestore from "tablestore";
import { withoutWarnings } from "../base/without-warnings.ts";
import { type CloudPlace, cloudFailure } from "./cloud-failure.ts";
import type { TablestoreLocation } from "./cloud-location.ts";
import { isConditionCheckFailed, tablestoreFailure } from "./tablestore-failure.ts";

const IDLE_MS = 5_000;
const CONNECTIONS_MAX = 64;
/** Variables that the SDK assigns and never declares. */
const UNDECLARED = ["key", "pro", "size", "sub"];

type Environment = Readonly<Record<string, string | undefined>>;
type Client = InstanceType<typeof tablestore.Client>;
type Operations = tablestore.Operations;

/** The SDK, and a client of one instance for one table; instead of the SDK's errors come ours. */
export interface OpenedTablestore {
  readonly sdk: typeof tablestore;
  readonly place: CloudPlace;
  /** @throws {FerryError} naming the operation. */
  ask<K extends keyof Operations>(
    operation: K,
    input: Operations[K]["input"],
    signal: AbortSignal,
  ): Promise<Operations[K]["output"]>;
  /** @returns whether the condition of the write held. @throws {FerryError} naming the operation. */
  holds<K extends "putRow" | "deleteRow">(
    operation: K,
    input: Operations[K]["input"],
    signal: AbortSignal,
  ): Promise<boolean>;
  close(): void;
}

/**
 * Makes a client that sends every request once: what calls it repeats requests.
 *
 * Keys are read from `env` with every request: `ALIBABA_CLOUD_ACCESS_KEY_ID`,
 * `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for a role, `ALIBABA_CLOUD_SECURITY_TOKEN`.
 */
export async function openTablestore(
  location: TablestoreLocation,
  env: Environment,
): Promise<OpenedTablestore> {
  const sdk = await loadSdk();
  const { instance, table, endpoint } = location;
  const place = { service: "Tablestore", table, where: endpoint } as const;
  // The SDK's own agent makes a new connection for every request.
  const Agent = endpoint.startsWith("https:") ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const client = new sdk.Client({
    endpoint,
    instancename: instance,
    maxRetries: 0,
    httpOptions: { timeout: IDLE_MS, agent },
  });
  client.config.getCredentials = () => keysOf(env, place);
  return {
    sdk,
    place,
    ask: (operation, input, signal) =>
      answerOf(client, { operation, input, signal }).catch((error: unknown) => {
        throw tablestoreFailure(error, place, operation);
      }),
    holds: (operation, input, signal) =>
      answerOf(client, { operation, input, signal }).then(
        () => true,
        (error: unknown) => {
          if (isConditionCheckFailed(error)) return false;
          throw tablestoreFailure(error, place, operation);
        },
      ),
    close: () => agent.destroy(),
  };
}

/**
 * Loads the SDK so that it also works bundled: in an ES module its undeclared variables are errors
 * unless they exist, and its old-style buffers make Node write of deprecation.
 */
async function loadSdk(): Promise<typeof tablestore> {
  for (const name of UNDECLARED)
    if (!(name in globalThis)) Reflect.set(globalThis, name, undefined);
  const { default: sdk } = await import("tablestore");
  withoutWarnings(() => new sdk.util.Buffer(0));
  return sdk;
}

interface Asked<K extends keyof Operations> {
  readonly operation: K;
  readonly input: Operations[K]["input"];
  readonly signal: AbortSignal;
}

/** The SDK never tells of an answer that breaks off: the signal has the last word. */
function answerOf<K extends keyof Operations>(
  client: Client,
  { operation, input, signal }: Asked<K>,
): Promise<Operations[K]["output"]> {
  return new Promise((resolve, reject) => {
    const request = client.makeRequest(operation, input, (error, output) => {
      signal.removeEventListener("abort", giveUp);
      if (error === null) resolve(output);
      else reject(error);
    });
    const giveUp = () => {
      request.httpRequest.stream?.destroy();
      reject(new DOMException("no whole answer in time", "TimeoutError"));
    };
    signal.addEventListener("abort", giveUp, { once: true });
  });
}

/** @throws {FerryError} `STATE_CREDENTIALS_REFUSED` when there are none. */
function keysOf(env: Environment, place: CloudPlace) {
  const accessKeyId = env["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "";
  const securityToken = env["ALIBABA_CLOUD_SECURITY_TOKEN"] ?? "";
  if (accessKeyId === "" || secretAccessKey === "") {
    const words = "there are no keys in the environment";
    throw cloudFailure("credentials", place, { action: "sign", words });
  }
  return { accessKeyId, secretAccessKey, ...(securityToken !== "" && { securityToken }) };
}
