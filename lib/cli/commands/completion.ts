import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { bashCompletion } from "../completion/bash-completion.ts";
import { type CommandWords, commandWords } from "../completion/command-words.ts";
import { fishCompletion } from "../completion/fish-completion.ts";
import type { Shell } from "../completion/shell.ts";
import { zshCompletion } from "../completion/zsh-completion.ts";

const WRITERS: Readonly<Record<Shell, (words: CommandWords) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Writes a shell's completion script, made from the commands and flags there are. */
export function runCompletion(shell: Shell, program: Command, context: CliContext): void {
  context.terminal.stdout.write(WRITERS[shell](commandWords(program)));
}
