import type { CopyOptions, SyncPolicy, TagPattern, TagSelection } from "../sync/policy.ts";
import type { CopyFlags, TagFlags } from "./flags/copy-flags.ts";

/** The same policies with what the command line says about copying and choosing tags. */
export function applyFlags(
  policies: readonly SyncPolicy[],
  flags: CopyFlags & TagFlags,
): readonly SyncPolicy[] {
  return policies.map((policy) => ({
    ...policy,
    select: selectionWith(policy.select, flags),
    options: optionsWith(policy.options, flags),
  }));
}

/** Reads a tag pattern: RE2 syntax between slashes, else a glob. */
function tagPatternOf(text: string): TagPattern {
  const regex = /^\/(.+)\/$/.exec(text)?.[1];
  return regex === undefined ? { kind: "glob", pattern: text } : { kind: "regex", pattern: regex };
}

function selectionWith(select: TagSelection, flags: TagFlags): TagSelection {
  if (select.kind === "named") return select;
  const { include, exclude, semver, newest } = flags;
  return {
    ...select,
    ...(include !== undefined && { include: include.map(tagPatternOf) }),
    ...(exclude !== undefined && { exclude: exclude.map(tagPatternOf) }),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
}

function optionsWith(options: CopyOptions, flags: CopyFlags): CopyOptions {
  const { platforms } = options;
  return {
    ...options,
    platforms: {
      os: flags.os ?? platforms.os,
      architecture: flags.arch ?? platforms.architecture,
      platforms: flags.platform ?? platforms.platforms,
    },
    platformMode: flags.platformMode ?? options.platformMode,
    referrers: flags.referrers ?? options.referrers,
    force: flags.force ?? options.force,
  };
}
