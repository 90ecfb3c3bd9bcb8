import { fileURLToPath } from "node:url";
import { type FcEmulator, startFcEmulator } from "../support/fc-emulator/fc-emulator.ts";
import type { FcFunction } from "../support/fc-emulator/fc-function.ts";
import type { InvocationRecord } from "../support/function-host/invocation-record.ts";
import { type FcCall, type FcReply, invokeByFc2, invokeByFc3 } from "./fc-clients.ts";

/** Keys that the emulator knows. */
export const CALLER = { accessKeyId: "LTAIcaller", accessKeySecret: "caller-secret" };

/** Both generations of the API with the clients that speak them. */
export const GENERATIONS = [
  { generation: "FC 2", invoke: invokeByFc2, keyOf: (name: string) => `ferry/${name}` },
  { generation: "FC 3", invoke: invokeByFc3, keyOf: (name: string) => name },
] as const;

/** One of them. */
export type Generation = (typeof GENERATIONS)[number];

const DEEDS = {
  codeFolder: fileURLToPath(new URL("../fixtures/functions", import.meta.url)),
  handler: "fc-deeds.handler",
  memoryMb: 128,
  timeoutMs: 10_000,
};

/** An emulator with a vendor's client before it. */
export interface FcRig {
  readonly emulator: FcEmulator;
  /** Calls by the generation's client. */
  call(call: Omit<FcCall, "event"> & { readonly event?: unknown }): Promise<FcReply>;
  recordsOf(name: string): readonly InvocationRecord[];
  stop(): Promise<void>;
}

/** A function that does what its events say; see the fixture. */
export function deeds(name: string, settings: Partial<FcFunction> = {}): FcFunction {
  return { name, ...DEEDS, ...settings };
}

/** Starts an emulator of one generation whose seconds last two hundredths of a second. */
export async function startFcRig(
  { generation, invoke }: Generation,
  functions: readonly FcFunction[],
): Promise<FcRig> {
  const service = generation === "FC 2" ? { service: "ferry" } : {};
  const emulator = await startFcEmulator({
    functions: functions.map((hosted) => ({ ...hosted, ...service })),
    credential: CALLER,
    timeScale: 50,
  });
  const target = { endpoint: emulator.endpoint, credential: CALLER };
  return {
    emulator,
    call: ({ event = {}, ...call }) =>
      invoke(target, {
        ...call,
        event: typeof event === "string" ? event : JSON.stringify(event),
      }),
    recordsOf: (name) => emulator.invocations.filter((record) => record.functionName === name),
    stop: () => emulator.stop(),
  };
}
