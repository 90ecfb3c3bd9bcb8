// Starts both emulators, leaves a frozen process in one and a busy one in the other, tells their
// process ids, and waits to be killed.
import { fileURLToPath } from "node:url";
import { startFcEmulator } from "../support/fc-emulator/fc-emulator.ts";
import { startLambdaEmulator } from "../support/lambda-emulator/lambda-emulator.ts";

const settings = {
  codeFolder: fileURLToPath(new URL("../fixtures/functions", import.meta.url)),
  memoryMb: 128,
  timeoutMs: 60_000,
};
const lambda = await startLambdaEmulator({
  functions: [{ ...settings, name: "frozen", handler: "lambda-deeds.handler" }],
});
const fc = await startFcEmulator({
  functions: [{ ...settings, name: "busy", handler: "fc-deeds.handler" }],
  credential: { accessKeyId: "key", accessKeySecret: "secret" },
});
const frozen = await lambda.invoke("frozen", { do: "instance" });
const busy = await fc.invoke("busy", { do: "instance" });
void fc.invoke("busy", { do: "wait", ms: 60_000 });
const { pid } = JSON.parse(Buffer.from(frozen?.payload ?? []).toString());
console.log(JSON.stringify([pid, Number(Buffer.from(busy?.payload ?? []).toString())]));
