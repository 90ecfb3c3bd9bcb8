import { type Command, InvalidArgumentError, type Option } from "commander";
import { FerryError } from "../../base/error.ts";

/** Variables that image-syncer and image-migrator read. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["--registry", "DEFAULT_REGISTRY"],
  ["--namespace", "DEFAULT_NAMESPACE"],
]);

const NO: ReadonlySet<string> = new Set(["0", "false", "no", "off"]);

/** The variable that stands in for a flag: `--log-level` is `IMAGEFERRY_LOG_LEVEL`. */
function envTwinOf(option: Option): string {
  return `IMAGEFERRY_${(option.long ?? "").replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

/**
 * Gives flags that were not written the values of their variables; an empty variable counts as
 * not set.
 *
 * @throws {FerryError} `USAGE_ENV` (fixInput) naming the variable whose value is refused.
 */
export function applyEnvTwins(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const option of command.options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === "cli" || isOverruled(option, command)) continue;
    const name = [envTwinOf(option), OLD_NAMES.get(option.long ?? "")].find(
      (candidate) => candidate !== undefined && (env[candidate] ?? "") !== "",
    );
    if (name === undefined) continue;
    command.setOptionValueWithSource(key, valueFrom(option, name, env[name] ?? ""), "env");
  }
}

/** Flags that exclude each other: one that was written takes the place of the others' variables. */
const EXCLUDED_BY: ReadonlyMap<string | undefined, readonly string[]> = new Map([
  ["--config", ["auth", "images"]],
  ["--auth", ["config"]],
  ["--images", ["config"]],
]);

function isOverruled(option: Option, command: Command): boolean {
  const others = EXCLUDED_BY.get(option.long) ?? [];
  return others.some((key) => command.getOptionValueSource(key) === "cli");
}

function valueFrom(option: Option, name: string, text: string): unknown {
  if (option.isBoolean() || option.negate) return NO.has(text.toLowerCase()) === option.negate;
  if (!option.parseArg) return text;
  try {
    return option.parseArg<unknown>(text, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new FerryError(`${name}="${text}" is invalid: ${error.message}`, {
      code: "USAGE_ENV",
      remedy: "fixInput",
      hint: `Correct the variable ${name}, or unset it.`,
    });
  }
}
