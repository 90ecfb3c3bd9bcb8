import type { Services } from "./services.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets besides its arguments and flags. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly services: Services;
  /** Of imageferry itself, such as `1.2.3`. */
  readonly version: string;
}

/** How imageferry names itself to registries. */
export function userAgentOf(context: CliContext): string {
  return `imageferry/${context.version}`;
}
