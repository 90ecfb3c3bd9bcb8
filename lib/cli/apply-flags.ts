import { type ListedSelection, takesEveryTag } from "../sync/every-tag.ts";
import { parseTagPattern } from "../sync/parse-tag-pattern.ts";
import type { CopyOptions, SyncPolicy, TagSelection } from "../sync/policy.ts";
import type { CopyFlags, TagFlags } from "./flags/copy-flags.ts";

/**
 * The same policies with what the command line says about copying and choosing tags.
 *
 * @throws {FerryError} `RULE_BAD_REGEX`, `RULE_BAD_GLOB`, `RULE_BAD_SEMVER` (fixInput).
 */
export function applyFlags(
  policies: readonly SyncPolicy[],
  flags: CopyFlags & TagFlags,
): Promise<readonly SyncPolicy[]> {
  return Promise.all(
    policies.map(async (policy) => ({
      ...policy,
      select: await selectionWith(policy.select, flags),
      options: optionsWith(policy.options, flags),
    })),
  );
}

async function selectionWith(select: TagSelection, flags: TagFlags): Promise<TagSelection> {
  if (select.kind === "named") return select;
  const { include, exclude, semver, newest } = flags;
  const chosen: ListedSelection = {
    ...select,
    ...(include !== undefined && { include: include.map(parseTagPattern) }),
    ...(exclude !== undefined && { exclude: exclude.map(parseTagPattern) }),
    ...(semver !== undefined && { semver }),
    ...(newest !== undefined && { newest }),
  };
  if (takesEveryTag(chosen)) return chosen;
  // A flag that cannot be followed is wrong for every rule: better said before any is listed.
  const { selectTags } = await import("../sync/select-tags.ts");
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
