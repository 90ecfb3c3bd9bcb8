import { describe, expect, it } from "vitest";
import { jsonEqual } from "../../lib/oci/equal-json.ts";
import { platformMatches } from "../../lib/oci/platform.ts";
import { casesOf } from "./image-syncer-cases.ts";

interface PlatformInput {
  readonly os: readonly string[];
  readonly arch: readonly string[];
  readonly platform: Readonly<Record<"os" | "architecture" | "variant" | "os.version", string>>;
}

interface ManifestInput {
  readonly a: string;
  readonly b: string;
}

describe("image-syncer's platform filter", () => {
  it.each(casesOf<PlatformInput, { bool: boolean }>("platform"))("$id $title", (entry) => {
    const { os, arch, platform } = entry.input;
    const { "os.version": osVersion, ...rest } = platform;
    const filter = { os, architecture: arch, platforms: [] };
    expect(platformMatches({ ...rest, ...(osVersion && { osVersion }) }, filter)).toBe(
      entry.expect.bool,
    );
  });
});

describe("image-syncer's comparison of manifests", () => {
  it.each(casesOf<ManifestInput, { bool: boolean }>("manifest"))("$id $title", (entry) => {
    const { a, b } = entry.input;
    expect(jsonEqual(Buffer.from(a), Buffer.from(b))).toBe(entry.expect.bool);
  });
});
