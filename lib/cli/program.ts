import { Command, CommanderError } from "commander";
import type { CliContext } from "./cli-context.ts";
import { EXIT } from "./exit-code.ts";
import { applyEnvTwins } from "./flags/env-twins.ts";
import { addConfigCommands } from "./tree/config-commands.ts";
import { addLookCommands } from "./tree/look-commands.ts";
import { addOwnCommands } from "./tree/own-commands.ts";
import { addRunCommands } from "./tree/run-commands.ts";
import { addServeCommands } from "./tree/serve-commands.ts";
import { addStateCommands } from "./tree/state-commands.ts";
import { addWebhookCommands } from "./tree/webhook-commands.ts";

const AFTER_HELP = `
Flags without a command belong to sync: imageferry --auth auth.json --images images.json
Every flag has a variable: --log-level is IMAGEFERRY_LOG_LEVEL.

Exit codes:
  0   done, or nothing to do
  1   some tags failed
  2   usage or configuration is wrong
  3   credentials were refused
  4   check found a difference, and did not mend it
  70  internal error
  75  stopped with work left: run it again to go on
  128+n  ended by signal n`;

const ROOT_FLAGS: ReadonlySet<string> = new Set(["-h", "--help", "-V", "--version"]);

/**
 * Runs what the arguments ask for.
 *
 * @param args as the user wrote them, without node and script.
 * @returns the exit code.
 * @throws whatever the command throws; wrong usage is told to the user here and gives `EXIT.usage`.
 */
export async function runProgram(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withCommand(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return exitCode;
}

/** Builds the tree of commands; `finish` takes the exit code of the one that runs. */
export function createProgram(context: CliContext, finish: (exitCode: number) => void): Command {
  const { stdout, stderr, env } = context.terminal;
  const program = new Command("imageferry")
    .description("Copies container images between registries.")
    .version(context.version)
    .addHelpText("after", AFTER_HELP)
    .showHelpAfterError("Try: --help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
    })
    .hook("preAction", (_, command) => applyEnvTwins(command, env));
  const tree = { program, context, finish };
  addRunCommands(tree);
  addLookCommands(tree);
  addServeCommands(tree);
  addStateCommands(tree);
  addConfigCommands(tree);
  addWebhookCommands(tree);
  addOwnCommands(tree);
  return program;
}

/** image-syncer has no commands: flags alone mean `sync`. */
function withCommand(args: readonly string[]): string[] {
  const [first] = args;
  const isFlag = first?.startsWith("-") === true && !ROOT_FLAGS.has(first);
  return isFlag ? ["sync", ...args] : [...args];
}
