import { addCheckFlags, type CheckFlags } from "../flags/check-flags.ts";
import { addPlanFlags, type PlanFlags } from "../flags/plan-flags.ts";
import { addRetryFlags, type RetryFlags } from "../flags/stored-run-flags.ts";
import {
  addCopyCommandFlags,
  addSyncFlags,
  type CopyCommandFlags,
  type SyncFlags,
} from "../flags/sync-flags.ts";
import type { CommandTree } from "./command-tree.ts";

const SOURCE = "registry/repository[:tag|@digest]";

/** Adds the commands that copy, or tell what would be copied. */
export function addRunCommands({ program, context, finish }: CommandTree): void {
  addSyncFlags(program.command("sync"))
    .description("copy what the rules ask for, or every tag of one repository")
    .argument("[source]", `${SOURCE}; without tag: every tag`)
    .argument("[target]", "where it goes")
    .action(async (source: string | undefined, target: string | undefined, flags: SyncFlags) => {
      const { runSync } = await import("../commands/sync.ts");
      finish(await runSync({ source, target }, flags, context));
    });
  addCopyCommandFlags(program.command("copy"))
    .alias("cp")
    .description("copy one image")
    .argument("<source>", `${SOURCE}; without tag: latest`)
    .argument("<target>", "where it goes")
    .action(async (source: string, target: string, flags: CopyCommandFlags) => {
      const { runCopy } = await import("../commands/copy.ts");
      finish(await runCopy({ source, target }, flags, context));
    });
  addPlanFlags(program.command("plan"))
    .description("tell what sync would do, and change nothing")
    .argument("[source]", `${SOURCE}; without tag: every tag`)
    .argument("[target]", "where it would go")
    .action(async (source: string | undefined, target: string | undefined, flags: PlanFlags) => {
      const { runPlan } = await import("../commands/plan.ts");
      finish(await runPlan({ source, target }, flags, context));
    });
  addCheckFlags(program.command("check"))
    .description("look whether targets are what sync makes of them, and exit with 4 when not")
    .argument("[source]", `${SOURCE}; without tag: every tag`)
    .argument("[target]", "what is looked at")
    .action(async (source: string | undefined, target: string | undefined, flags: CheckFlags) => {
      const { runCheck } = await import("../commands/check.ts");
      finish(await runCheck({ source, target }, flags, context));
    });
  addRetryFlags(program.command("retry"))
    .description("go on with what a run left failed or suspended")
    .argument("<run>", "its id; status lists them")
    .action(async (runId: string, flags: RetryFlags) => {
      const { runRetry } = await import("../commands/retry.ts");
      finish(await runRetry(runId, flags, context));
    });
}
