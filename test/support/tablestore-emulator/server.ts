import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import protocol from "tablestore/lib/protocol/tablestore_compiled_proto.js";
import { type FailRow, OPERATIONS, type Tables } from "./operations.ts";
import { OtsError } from "./ots-error.ts";
import { type EmulatorKeys, responseHeaders, verifyRequest } from "./signature.ts";

const { Error: ErrorMessage } = protocol.main.proto;

/**
 * What goes wrong with a request.
 *
 * - `refuse`: nothing is done, the error is answered.
 * - `loseAnswer`: it is done, and the connection breaks before the answer.
 * - `cutAnswer`: it is done, and the connection breaks in the middle of the answer.
 * - `stall`: nothing is done, and no answer comes.
 * - `failRows`: some rows of a batch fail.
 */
export type Fault =
  | { readonly kind: "refuse"; readonly error: OtsError }
  | { readonly kind: "loseAnswer" | "cutAnswer" | "stall" }
  | { readonly kind: "failRows"; readonly failRow: FailRow };

/** What an emulated instance is. */
export interface EmulatorOptions {
  readonly keys?: EmulatorKeys;
  /** Decides about every request; none goes wrong when left out. */
  readonly faultOf?: (operation: string) => Fault | undefined;
}

/** A Tablestore instance in memory, on a socket of this machine alone. */
export interface TablestoreEmulator {
  readonly endpoint: string;
  readonly instance: string;
  /** Operations in the order they came. */
  readonly requests: string[];
  stop(): Promise<void>;
}

const INSTANCE = "ferry-test";
const KEYS: EmulatorKeys = {
  accessKeyId: "LTAIexample",
  accessKeySecret: "CANARY-tablestore-secret",
};

/** What clients of an emulator have in their environment. */
export const EMULATOR_ENV: Readonly<Record<string, string>> = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: KEYS.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEYS.accessKeySecret,
};

/** Starts an instance on a free port. */
export async function startTablestoreEmulator(
  options: EmulatorOptions = {},
): Promise<TablestoreEmulator> {
  const requests: string[] = [];
  const emulated = { tables: new Map(), requests, keys: KEYS, ...options };
  const server = createServer((request, response) => void serve(emulated, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    instance: INSTANCE,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Emulated extends EmulatorOptions {
  readonly tables: Tables;
  readonly requests: string[];
  readonly keys: EmulatorKeys;
}

async function serve(
  emulated: Emulated,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { keys, requests } = emulated;
  const path = request.url ?? "";
  const operation = path.slice(1);
  const requestId = `request-${requests.push(operation)}`;
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const fault = emulated.faultOf?.(operation);
  if (fault?.kind === "stall") return;
  const answer = answerOf(() => {
    verifyRequest(request, body, { instance: INSTANCE, keys });
    if (fault?.kind === "refuse") throw fault.error;
    const work = OPERATIONS.get(operation);
    if (work === undefined) throw new OtsError(400, "OTSUnsupportOperation", operation);
    const failRow = fault?.kind === "failRows" ? fault.failRow : () => undefined;
    return work(emulated.tables, body, failRow);
  });
  if (fault?.kind === "loseAnswer") return void request.socket.destroy();
  const headers = responseHeaders(path, answer.body, { requestId, keys });
  const length = answer.body.byteLength + (fault?.kind === "cutAnswer" ? 1 : 0);
  response.writeHead(answer.status, { ...headers, "content-length": length });
  if (fault?.kind !== "cutAnswer") return void response.end(answer.body);
  response.write(answer.body, () => request.socket.destroy());
}

function answerOf(work: () => Uint8Array): { status: number; body: Uint8Array } {
  try {
    return { status: 200, body: work() };
  } catch (error) {
    if (error instanceof RangeError) {
      const body = ErrorMessage.encode({ code: "OTSParameterInvalid", message: error.message });
      return { status: 400, body: body.finish() };
    }
    if (!(error instanceof OtsError)) throw error;
    const { status, code, message } = error;
    return { status, body: ErrorMessage.encode({ code, message }).finish() };
  }
}
