import { type CommandPath, type CommandWords, commandPaths } from "./command-words.ts";

/** Writes the completion script for bash 4 and later. */
export function bashCompletion(program: CommandWords): string {
  const { name } = program;
  const paths = commandPaths(program);
  return `# bash completion of ${name}
_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="" part
  for part in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $part" in
${paths
  .filter(({ path }) => path.length > 0)
  .map(pathCase)
  .join("\n")}
    esac
  done
  case "$path $before" in
${paths.flatMap(valueCases).join("\n")}
  esac
  case "$path" in
${paths.map(wordCase).join("\n")}
  esac
}
complete -o default -F _${name} ${name}
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

function valueCases({ path, command }: CommandPath): string[] {
  const before = path.map((word) => ` ${word}`).join("");
  return command.flags
    .filter((flag) => flag.takes !== "none")
    .map((flag) => {
      const patterns = flag.names.map((name) => `"${before} ${name}"`).join("|");
      const reply =
        flag.choices.length > 0
          ? `COMPREPLY=($(compgen -W "${flag.choices.join(" ")}" -- "$word"))`
          : "COMPREPLY=()";
      return `    ${patterns}) ${reply}; return ;;`;
    });
}

function wordCase({ path, command }: CommandPath): string {
  const words = [
    ...command.commands.flatMap((child) => [child.name, ...child.aliases]),
    ...command.choices,
    ...command.flags.flatMap((flag) => flag.names),
  ];
  const whole = path.map((word) => ` ${word}`).join("");
  return `    "${whole}") COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word")) ;;`;
}
