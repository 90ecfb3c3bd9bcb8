import {
  addReportFlags,
  addStatusFlags,
  type ReportFlags,
  type StatusFlags,
} from "../flags/stored-run-flags.ts";
import { addTagsFlags, type TagsFlags } from "../flags/tags-flags.ts";
import type { CommandTree } from "./command-tree.ts";

/** Adds the commands that only look: at a registry, and at runs. */
export function addLookCommands({ program, context, finish }: CommandTree): void {
  addTagsFlags(program.command("tags"))
    .alias("ls")
    .description("list the tags of a repository")
    .argument("<repository>", "registry/repository")
    .action(async (repository: string, flags: TagsFlags) => {
      const { runTags } = await import("../commands/tags.ts");
      finish(await runTags(repository, flags, context));
    });
  addStatusFlags(program.command("status"))
    .description("show the newest runs, or how one run stands")
    .argument("[run]", "its id")
    .action(async (runId: string | undefined, flags: StatusFlags) => {
      const { runStatus } = await import("../commands/status.ts");
      finish(await runStatus(runId, flags, context));
    });
  addReportFlags(program.command("report"))
    .description("show the report of a stored run, as sync does at its end")
    .argument("<run>", "its id; status lists them")
    .action(async (runId: string, flags: ReportFlags) => {
      const { runReport } = await import("../commands/report.ts");
      finish(await runReport(runId, flags, context));
    });
}
