import { formatBytes } from "../../base/units.ts";
import type { CheckedTag, CheckReport, Drift, DriftKind } from "../../sync/check-report.ts";
import { failureLines } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";
import { tableLines } from "./table.ts";
import { textReport } from "./text-report.ts";

const HEADER = ["WHAT", "SOURCE", "TARGET", "SOURCE DIGEST", "TARGET DIGEST", "CONTENT"];
const DIGEST_CELLS = "sha256:".length + 12;

const DAMAGE: ReadonlySet<DriftKind> = new Set(["damaged-manifest", "damaged-blob", "wrong-size"]);

/** Shows a check for people: one line for each pair that is not as wanted, then the counts. */
export function checkText(report: CheckReport, paint: Paint): string[] {
  const { tags, errors, repair } = report;
  const rows = tags.flatMap(rowOf);
  const failed = tags.flatMap(({ code, message, ...tag }) =>
    code === undefined ? [] : [{ ...tag, code, message: message ?? "" }],
  );
  return [
    ...(rows.length > 0 ? tableLines(HEADER, rows) : []),
    ...failureLines({ failed, rules: errors }, paint),
    ...(repair ? textReport(repair, paint) : []),
    countLine(report, paint),
    ...lookedLines(report),
    ...(repair ? repairLines(report, paint) : []),
  ];
}

function rowOf(tag: CheckedTag): string[][] {
  const { state, source, target, sourceDigest, wantedDigest, targetDigest } = tag;
  if (state === "missing-source") return [["missing source", source, target]];
  if (state !== "drifted") return [];
  const wanted = [sourceDigest, wantedDigest].flatMap((digest) => short(digest) ?? []);
  const found = short(targetDigest) ?? "none";
  return [[whatOf(tag), source, target, wanted.join(" as "), found, contentOf(tag.drift)]];
}

function whatOf({ drift, repaired, staleState }: CheckedTag): string {
  const kinds = [...new Set(drift.map(({ kind }) => kind.replace("-", " ")))].join(", ");
  const stale = staleState === true ? " (state says done)" : "";
  return `${repaired === true ? "repaired: " : ""}${kinds}${stale}`;
}

function contentOf(drift: readonly Drift[]): string {
  const [first, ...others] = drift.flatMap((one) => one.tag ?? one.digest ?? []);
  if (first === undefined) return "";
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function short(digest: string | undefined): string | undefined {
  return digest?.slice(0, DIGEST_CELLS);
}

function countLine({ totals }: CheckReport, paint: Paint): string {
  const { tags, staleState } = totals;
  const stale = staleState > 0 ? ` (${staleState} of them done by the state)` : "";
  const counts = [
    paint.green(`${totals.equal} equal`),
    ...(totals.drifted > 0 ? [paint.red(`${totals.drifted} differ${stale}`)] : []),
    ...(totals.missingSource > 0 ? [`${totals.missingSource} missing at the source`] : []),
    ...(totals.skipped > 0 ? [`${totals.skipped} skipped`] : []),
    ...(totals.failed > 0 ? [paint.red(`${totals.failed} could not be told`)] : []),
    ...(totals.errors > 0 ? [paint.red(`${totals.errors} rule errors`)] : []),
  ];
  return `${tags === 1 ? "1 tag" : `${tags} tags`}: ${counts.join(", ")}`;
}

function lookedLines({ depth, totals }: CheckReport): string[] {
  if (depth === "tags") return [];
  const { manifests, blobs, bytesRead } = totals;
  const read = depth === "data" ? `, ${formatBytes(bytesRead)} read` : "";
  return [`Looked at ${manifests} manifests and ${blobs} blobs of the targets${read}`];
}

function repairLines({ tags, totals }: CheckReport, paint: Paint): string[] {
  const isKept = tags.some(({ left = [] }) => left.some(({ kind }) => DAMAGE.has(kind)));
  return [
    `${totals.repaired} of ${totals.drifted} repaired`,
    ...(isKept
      ? [
          `${paint.bold("Try:")} remove the damaged content from the registry's own storage, then ` +
            "repair again: it keeps what it has under a digest",
        ]
      : []),
  ];
}
