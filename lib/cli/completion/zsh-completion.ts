import {
  type CommandPath,
  type CommandWords,
  commandPaths,
  type FlagWords,
} from "./command-words.ts";

/** Writes the completion script for zsh. */
export function zshCompletion(program: CommandWords): string {
  const { name } = program;
  return `#compdef ${name}
_${name}() {
  local path="" part
  for part in \${words[2,CURRENT-1]}; do
    case "$path $part" in
${commandPaths(program)
  .filter(({ path }) => path.length > 0)
  .map(pathCase)
  .join("\n")}
    esac
  done
  case "$path" in
${commandPaths(program).map(wordCase).join("\n")}
  esac
}
compdef _${name} ${name}
`;
}

function pathCase({ path }: CommandPath): string {
  const before = path
    .slice(0, -1)
    .map((word) => ` ${word}`)
    .join("");
  const whole = path.map((word) => ` ${word}`).join("");
  return `      "${before} ${path.at(-1)}") path="${whole}" ;;`;
}

function wordCase({ path, command }: CommandPath): string {
  const whole = path.map((word) => ` ${word}`).join("");
  const flags = command.flags.flatMap((flag) => flag.names.map((name) => flagSpec(flag, name)));
  const commands = command.commands.map((child) => `${child.name}\\:${quoted(child.description)}`);
  const words = [...commands, ...command.choices.map((choice) => choice)];
  const rest = words.length > 0 ? `'*:word:((${words.join(" ")}))'` : "'*:word:_files'";
  return `    "${whole}") _arguments ${[...flags, rest].join(" ")} ;;`;
}

function flagSpec(flag: FlagWords, name: string): string {
  const text = flag.description.replaceAll(/['[\]:]/g, " ");
  const choices = flag.choices.length > 0 ? `(${flag.choices.join(" ")})` : "";
  const value = flag.takes === "file" ? ":file:_files" : `:value:${choices}`;
  return `'*${name}[${text}]${flag.takes === "none" ? "" : value}'`;
}

/** A description inside \`((…))\`: blanks escaped, and nothing the shell would read. */
function quoted(text: string): string {
  return text.replaceAll(/['"():\\]/g, "").replaceAll(" ", "\\ ");
}
