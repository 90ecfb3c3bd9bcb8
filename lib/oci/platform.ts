/** What an image runs on (image-spec, image-index.md, *platform*). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

/**
 * Which platforms are wanted.
 *
 * `os` and `architecture` hold `name` or `name:version` / `name:variant` as image-syncer writes
 * them (`/` is accepted for `:`); an empty list wants everything. `platforms` holds whole
 * `os/arch[/variant]` names.
 */
export interface PlatformFilter {
  readonly os: readonly string[];
  readonly architecture: readonly string[];
  readonly platforms: readonly string[];
}

/** Tells whether a filter wants every platform. */
export function wantsEveryPlatform(filter: PlatformFilter): boolean {
  return filter.os.length + filter.architecture.length + filter.platforms.length === 0;
}

/**
 * Tells whether a filter wants this platform; a platform that leaves a field open is never
 * filtered by that field.
 */
export function platformMatches(platform: Platform, filter: PlatformFilter): boolean {
  return (
    matchesAny(filter.os, platform.os, platform.osVersion) &&
    matchesAny(filter.architecture, platform.architecture, platform.variant) &&
    (filter.platforms.length === 0 || filter.platforms.some((name) => isNamed(platform, name)))
  );
}

function matchesAny(wanted: readonly string[], name: string, detail: string | undefined): boolean {
  if (wanted.length === 0 || name === "") return true;
  return wanted.some((entry) => {
    const [wantedName, wantedDetail] = splitOnce(entry);
    return wantedName === name && (wantedDetail === undefined || wantedDetail === detail);
  });
}

function splitOnce(entry: string): [string, string | undefined] {
  const at = entry.search(/[:/]/);
  return at < 0 ? [entry, undefined] : [entry.slice(0, at), entry.slice(at + 1)];
}

function isNamed(platform: Platform, name: string): boolean {
  const [os, architecture, variant] = name.split("/");
  return (
    (platform.os === "" || os === platform.os) &&
    (platform.architecture === "" || architecture === platform.architecture) &&
    (variant === undefined || variant === platform.variant)
  );
}
