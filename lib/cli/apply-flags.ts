import type { CopyOptions, SyncPolicy, TagSelection } from "../sync/policy.ts";
import { type ListedSelection, selectTags } from "../sync/select-tags.ts";
import { parseTagPattern } from "../sync/tag-patterns.ts";
import type { CopyFlags, TagFlags } from "./flags/copy-flags.ts";

/**
 * The same policies with what the command line says about copying and choosing tags.
 *
 * @throws {FerryError} `RULE_BAD_REGEX`, `RULE_BAD_GLOB`, `RULE_BAD_SEMVER` (fixInput).
 */
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

function selectionWith(select: TagSelection, flags: TagFlags): TagSelection {
  if (select.kind === "named") return select;
  const { include, exclude, semver, newest } = flags;
  const chosen: ListedSelection = {
    ...select,
    ...(include !== undefined && { include: include.map(parseTagPattern) }),
    ...(exclude !== undefined && { exclude: exclude.map(parseTagPattern) }),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
  // A flag that cannot be followed is wrong for every rule: better said before any is listed.
  selectTags([], chosen);
  return chosen;
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
