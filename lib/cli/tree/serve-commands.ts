import { addServeFlags, type ServeFlags } from "../flags/serve-flags.ts";
import type { CommandTree } from "./command-tree.ts";

const AFTER_SERVE = `
It goes on until SIGTERM or Ctrl-C, and then stops at a safe point; the next start goes on there.
A configuration that changes is loaded again, at once on SIGHUP; a wrong one is logged and left.`;

/** Adds the command that keeps running. */
export function addServeCommands({ program, context, finish }: CommandTree): void {
  addServeFlags(program.command("serve"))
    .description("serve API, webhooks and timers, and copy what they ask for")
    .addHelpText("after", AFTER_SERVE)
    .action(async (flags: ServeFlags) => {
      const { runServe } = await import("../commands/serve.ts");
      finish(await runServe(flags, context));
    });
}
