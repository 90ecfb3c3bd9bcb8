import { expect } from "vitest";
import { exitCodeOfRun } from "../../lib/cli/exit-code.ts";
import { parseManifest } from "../../lib/oci/parse-manifest.ts";
import type { RunReport } from "../../lib/sync/report.ts";
import { startCliWorld } from "../support/cli-world.ts";
import type { Quirks } from "../support/fake-registry/quirks.ts";
import type { FakeRegistry } from "../support/fake-registry.ts";
import type { ImageContent } from "../support/image-content.ts";
import type { SyncWorld } from "../support/sync-world.ts";

/** What a case about a transfer is given; the rest of it is told in words. */
export interface TransferInput {
  readonly args?: readonly string[];
}

/** What has to come of a transfer; a field left out is not looked at. */
export interface TransferExpect {
  readonly synced?: number;
  readonly skipped?: number;
  readonly failed?: number;
  readonly exit?: number | "nonzero";
  readonly errorCode?: string;
  readonly dstDigest?: "= source digest";
  readonly children?: number;
  readonly dstManifests?: number;
  readonly uploads?: number;
  readonly sourceBlobGets?: number;
  readonly sourceManifestGets?: number;
  readonly maxRequestsPerTag?: number;
  readonly bodyBytes?: number;
}

/** A transfer as it went. */
export interface Transfer {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly report: RunReport;
  readonly exitCode: number | null;
}

/** What lies at the source under `app:v1` before the command line copies it, and how. */
export interface CliTransfer {
  readonly image: ImageContent;
  readonly args?: readonly string[];
  readonly quirks?: Quirks;
  readonly prepare?: (source: FakeRegistry, target: FakeRegistry) => void;
  readonly openFilesMax?: number;
  /** Default: the tag alone. */
  readonly from?: string;
}

/** Copies with the built command line, between two registries on this machine. */
export async function transferByCli(given: CliTransfer): Promise<Transfer> {
  const { image, args = [], quirks = {}, prepare, from = "source.test/app:v1", ...rest } = given;
  const { source, target, run, close } = await startCliWorld();
  try {
    source.seed("app", image, "v1");
    source.setQuirks(quirks);
    prepare?.(source, target);
    const command = ["sync", from, "target.test/app", "--format", "json", ...args];
    const { exitCode, stdout, stderr } = await run(command, rest);
    expect(stdout, stderr).not.toBe("");
    return { source, target, exitCode, report: JSON.parse(stdout) };
  } finally {
    await close();
  }
}

/** A transfer in memory, with the exit code the command line would make of it. */
export function transferOf({ source, target }: SyncWorld, report: RunReport): Transfer {
  return { source, target, report, exitCode: exitCodeOfRun(report) };
}

/** Holds a transfer of `app:v1` against what the table wants. */
export function expectTransfer(transfer: Transfer, wanted: TransferExpect): void {
  const { exit, ...facts } = wanted;
  const found = factsOf(transfer);
  for (const [name, value] of Object.entries(facts)) {
    if (name in found) expect({ [name]: found[name] }).toEqual({ [name]: value });
  }
  if (exit === "nonzero") expect(transfer.exitCode).not.toBe(0);
  else expect(transfer.exitCode).toBe(exit ?? 0);
  if (wanted.maxRequestsPerTag !== undefined) {
    expect(transfer.source.count() + transfer.target.count()).toBeLessThanOrEqual(
      wanted.maxRequestsPerTag,
    );
  }
}

function factsOf({ source, target, report }: Transfer): Readonly<Record<string, unknown>> {
  const { copied, skipped, failed } = report.totals;
  const digest = target.store.get("app")?.tags.get("v1");
  const same = digest !== undefined && digest === source.store.get("app")?.tags.get("v1");
  const content = [...source.log, ...target.log].filter(({ route }) =>
    ["manifest", "blob", "upload"].includes(route.kind),
  );
  return {
    synced: copied,
    skipped,
    failed,
    errorCode: report.failed[0]?.code,
    dstDigest: same ? "= source digest" : "!= source digest",
    children: childCount(target),
    dstManifests: target.store.get("app")?.manifests.size,
    uploads: target.count({ method: "PUT", kind: "upload", status: 201 }),
    sourceBlobGets: source.count({ method: "GET", kind: "blob" }),
    sourceManifestGets: source.count({ method: "GET", kind: "manifest" }),
    bodyBytes: content.reduce((sum, { bytesIn, bytesOut }) => sum + bytesIn + bytesOut, 0),
  };
}

function childCount(target: FakeRegistry): number | undefined {
  const held = target.store.get("app");
  const digest = held?.tags.get("v1");
  const stored = digest && held?.manifests.get(digest);
  if (!digest || !stored) return undefined;
  const { mediaType, bytes } = stored;
  return parseManifest({ descriptor: { mediaType, digest, size: bytes.byteLength }, bytes })
    .children.length;
}
