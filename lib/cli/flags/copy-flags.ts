import { type Command, Option } from "commander";
import { commaList, platformList, repeated, wholeNumber } from "./flag-value.ts";

/** How images are copied; what is given holds for every rule. */
export interface CopyFlags {
  readonly platform?: readonly string[];
  readonly os?: readonly string[];
  readonly arch?: readonly string[];
  readonly platformMode?: "rewrite" | "sparse";
  readonly referrers?: boolean;
  readonly force?: boolean;
}

/** Which tags of a listed repository are wanted; what is given holds for every rule that lists. */
export interface TagFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly semver?: string;
  readonly newest?: number;
}

/** Adds the flags that say how images are copied. */
export function addCopyFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--platform <os/arch>",
        "only these platforms; repeat, or separate by commas",
      ).argParser(platformList),
    )
    .addOption(new Option("--os <name>", "only these systems, name[:version]").argParser(commaList))
    .addOption(
      new Option("--arch <name>", "only these architectures, name[:variant]").argParser(commaList),
    )
    .addOption(
      new Option(
        "--platform-mode <mode>",
        "rewrite: make a new index (new digest); sparse: keep the index, leave the rest out",
      ).choices(["rewrite", "sparse"]),
    )
    .addOption(new Option("--referrers", "copy signatures, SBOMs and attestations along"))
    .addOption(new Option("--force", "put manifests even when the target has them"));
}

/** Adds the flags that select tags. */
export function addTagFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--include <pattern>",
        "tags to copy: a glob, or /RE2 syntax/; may be repeated",
      ).argParser(repeated),
    )
    .addOption(
      new Option("--exclude <pattern>", "tags to leave out, written as for --include").argParser(
        repeated,
      ),
    )
    .addOption(new Option("--semver <range>", "only tags that are versions in this range"))
    .addOption(
      new Option("--newest <count>", "only so many of the newest").argParser(wholeNumber(1)),
    );
}
