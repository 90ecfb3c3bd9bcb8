import { addStateInitFlags, type StateInitFlags } from "../flags/state-flags.ts";
import type { CommandTree } from "./command-tree.ts";

const AFTER_INIT = `
A table in a cloud: dynamodb://TABLE?region=REGION or tablestore://INSTANCE/TABLE?region=REGION.
What is there already is checked and left as it is.`;

/** Adds the commands about the place where finished work is remembered. */
export function addStateCommands({ program, context, finish }: CommandTree): void {
  const state = program.command("state").description("look after the place that --state names");
  addStateInitFlags(state.command("init"))
    .description("create the table that --state names, ready for use")
    .addHelpText("after", AFTER_INIT)
    .action(async (flags: StateInitFlags) => {
      const { runStateInit } = await import("../commands/state.ts");
      finish(await runStateInit(flags, context));
    });
}
