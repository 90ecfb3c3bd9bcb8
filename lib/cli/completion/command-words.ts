import type { Command, Option } from "commander";

/** One flag, as a shell has to know it. */
export interface FlagWords {
  /** `--jobs`, and `-j` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** `none`: stands alone; `file`: a path follows; `value`: something else follows. */
  readonly takes: "none" | "file" | "value";
  /** The only values that may follow; empty: any. */
  readonly choices: readonly string[];
}

/** One command with all below it, as a shell has to know it. */
export interface CommandWords {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly flags: readonly FlagWords[];
  /** The only values its argument may have; empty: any. */
  readonly choices: readonly string[];
  readonly commands: readonly CommandWords[];
}

/** A command with the words that lead to it. */
export interface CommandPath {
  /** Empty for the program itself. */
  readonly path: readonly string[];
  readonly command: CommandWords;
}

/** Reads what a shell has to know from the command tree. */
export function commandWords(command: Command): CommandWords {
  return {
    name: command.name(),
    aliases: command.aliases(),
    description: command.description(),
    flags: command.options.map(flagWords),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    commands: command.commands.map(commandWords),
  };
}

/** Every command below and including this one, with each of its names. */
export function commandPaths(
  command: CommandWords,
  path: readonly string[] = [],
): readonly CommandPath[] {
  const below = command.commands.flatMap((child) =>
    [child.name, ...child.aliases].flatMap((name) => commandPaths(child, [...path, name])),
  );
  return [{ path, command }, ...below];
}

function flagWords(option: Option): FlagWords {
  const file = /<file>/.test(option.flags) ? "file" : "value";
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    takes: option.required ? file : "none",
    choices: option.argChoices ?? [],
  };
}
