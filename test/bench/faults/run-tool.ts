import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../../support/run-process.ts";
import type { ImageJob, ImageTool } from "./image-tools.ts";

/** How a tool's run ended. */
export interface ToolRun {
  readonly ending: "ok" | "failed" | "hung";
  readonly seconds: number;
  /** Everything it said. */
  readonly output: string;
}

/** Runs a tool once, in a folder of its own, and kills it when it does not end. */
export async function runTool(
  tool: ImageTool,
  job: Omit<ImageJob, "folder">,
  cutOffMs: number,
): Promise<ToolRun | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "imageferry-tool-"));
  try {
    const command = await tool.command({ ...job, folder });
    const [program, ...args] = command?.argv ?? [];
    if (command === undefined || program === undefined) return undefined;
    const startedMs = performance.now();
    const { exitCode, stdout, stderr } = await runProcess(program, args, {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, ...command.env },
      timeoutMs: cutOffMs,
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const ending = exitCode === null ? "hung" : exitCode === 0 ? "ok" : "failed";
    return { ending, seconds, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
