import { systemClock } from "../../lib/base/system-clock.ts";
import { createFunctionLog, type FunctionLog } from "../../lib/observe/function-log.ts";
import { type FunctionVariables, readLogLevel } from "../../lib/runtime/function-settings.ts";

/** Writes a line where the platform reads; not by way of the console, to which it adds words. */
export function writeLine(line: string): void {
  process.stdout.write(line);
}

/** Makes the log of a function's process. */
export function openProcessLog(env: FunctionVariables): FunctionLog {
  return createFunctionLog({ level: readLogLevel(env), clock: systemClock, write: writeLine });
}
