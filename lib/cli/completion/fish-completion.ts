import {
  type CommandPath,
  type CommandWords,
  commandPaths,
  type FlagWords,
} from "./command-words.ts";

/** Writes the completion script for fish 3 and later. */
export function fishCompletion(program: CommandWords): string {
  const lines = commandPaths(program).flatMap((at) => linesOf(program.name, at));
  return `# fish completion of ${program.name}\n${lines.join("\n")}\n`;
}

function linesOf(program: string, { path, command }: CommandPath): string[] {
  const start = `complete -c ${program} -n '${conditionOf({ path, command })}'`;
  return [
    ...command.commands.map(
      (child) => `${start} -f -a ${child.name} -d '${quoted(child.description)}'`,
    ),
    ...command.choices.map((choice) => `${start} -f -a ${choice}`),
    ...command.flags.map((flag) => `${start} ${flagText(flag)}`),
  ];
}

function conditionOf({ path, command }: CommandPath): string {
  if (path.length === 0) return "__fish_use_subcommand";
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = command.commands.map((child) => child.name);
  if (names.length > 0) seen.push(`not __fish_seen_subcommand_from ${names.join(" ")}`);
  return seen.join("; and ");
}

function flagText(flag: FlagWords): string {
  const names = flag.names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const value = flag.takes === "none" ? "" : flag.takes === "file" ? " -r -F" : " -x";
  const choices = flag.choices.length > 0 ? ` -a '${flag.choices.join(" ")}'` : "";
  return `${names.join(" ")}${value}${choices} -d '${quoted(flag.description)}'`;
}

function quoted(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
