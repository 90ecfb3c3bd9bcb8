import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from "@aws-sdk/client-lambda";
import { withoutWarnings } from "../../lib/base/without-warnings.ts";
import type { InvocationRecord } from "../support/function-host/invocation-record.ts";
import {
  type LambdaEmulator,
  startLambdaEmulator,
} from "../support/lambda-emulator/lambda-emulator.ts";
import type { LambdaFunction } from "../support/lambda-emulator/lambda-function.ts";

const DEEDS = {
  codeFolder: fileURLToPath(new URL("../fixtures/functions", import.meta.url)),
  handler: "lambda-deeds.handler",
  memoryMb: 128,
  timeoutMs: 10_000,
};

/** An emulator with the vendor's client before it. */
export interface LambdaRig {
  readonly emulator: LambdaEmulator;
  /** Invokes by the client; `payload` is the answer's, parsed. */
  invoke(
    name: string,
    event: unknown,
    options?: Partial<InvokeCommandInput>,
  ): Promise<{
    readonly payload: unknown;
    readonly requestId: string | undefined;
    readonly status: number | undefined;
    readonly functionError: string | undefined;
    readonly log: string;
  }>;
  recordsOf(name: string): readonly InvocationRecord[];
  stop(): Promise<void>;
}

/** A function that does what its events say; see the fixture. */
export function deeds(name: string, settings: Partial<LambdaFunction> = {}): LambdaFunction {
  return { name, ...DEEDS, ...settings };
}

/** Starts an emulator whose minutes last a tenth of a second. */
export async function startLambdaRig(functions: readonly LambdaFunction[]): Promise<LambdaRig> {
  const emulator = await startLambdaEmulator({ functions, timeScale: 600 });
  const client = withoutWarnings(
    () =>
      new LambdaClient({
        region: emulator.region,
        endpoint: emulator.endpoint,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        maxAttempts: 1,
      }),
  );
  return {
    emulator,
    async invoke(FunctionName, event, options = {}) {
      const Payload = Buffer.from(typeof event === "string" ? event : JSON.stringify(event));
      const output = await client.send(new InvokeCommand({ FunctionName, Payload, ...options }));
      const text = output.Payload?.transformToString() ?? "";
      return {
        payload: text === "" ? undefined : JSON.parse(text),
        requestId: output.$metadata.requestId,
        status: output.StatusCode,
        functionError: output.FunctionError,
        log: Buffer.from(output.LogResult ?? "", "base64").toString(),
      };
    },
    recordsOf: (name) => emulator.invocations.filter((record) => record.functionName === name),
    async stop() {
      client.destroy();
      await emulator.stop();
    },
  };
}
