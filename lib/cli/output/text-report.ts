import { formatBytes, formatDuration } from "../../base/units.ts";
import type { RunReport } from "../../sync/report.ts";
import { cleanText } from "./clean-text.ts";
import { costLines } from "./cost-text.ts";
import { failureLines } from "./failure-lines.ts";
import type { Paint } from "./paint.ts";

/** Shows a run's report for people: what failed and why, what was done, what it took. */
export function textReport(report: RunReport, paint: Paint): string[] {
  return [
    ...report.warnings.map(
      ({ rule, message }) => `${paint.yellow("Warning:")} ${cleanText(`rule ${rule}: ${message}`)}`,
    ),
    ...failureLines(report, paint),
    countLine(report, paint),
    trafficLine(report),
    ...(report.cost ? costLines(report.cost) : []),
    ...resumeLines(report),
  ];
}

function countLine(report: RunReport, paint: Paint): string {
  const { totals } = report;
  const counts = [
    paint.green(`${totals.copied} copied`),
    `${totals.unchanged} unchanged`,
    ...(totals.failed > 0 ? [paint.red(`${totals.failed} failed`)] : []),
    ...(totals.suspended > 0 ? [paint.yellow(`${totals.suspended} left`)] : []),
    ...(totals.skipped > 0 ? [`${totals.skipped} skipped`] : []),
    ...(totals.rules.failed > 0
      ? [paint.red(`${totals.rules.failed} of ${totals.rules.total} rules failed`)]
      : []),
  ];
  const tags = totals.planned === 1 ? "1 tag" : `${totals.planned} tags`;
  return `${tags}: ${counts.join(", ")} in ${formatDuration(report.elapsedMs)}`;
}

function trafficLine(report: RunReport): string {
  const { copied, mounted, skipped } = report.bytes;
  const perSecond = report.elapsedMs > 0 ? (copied * 1000) / report.elapsedMs : 0;
  const requests = Object.values(report.requests).reduce((sum, count) => sum + count, 0);
  return (
    `${formatBytes(copied)} sent (${formatBytes(Math.round(perSecond))}/s), ` +
    `${formatBytes(mounted + skipped)} saved ` +
    `(${formatBytes(mounted)} mounted, ${formatBytes(skipped)} already there), ` +
    (requests === 1 ? "1 request" : `${requests} requests`)
  );
}

function resumeLines(report: RunReport): string[] {
  if (report.totals.suspended === 0 && report.enumerated) return [];
  // A run whose tags are not all listed cannot be taken up by its id.
  const retry = report.enumerated ? `, or imageferry retry ${report.runId}` : "";
  return [`Stopped with work left: run the same command again${retry}`];
}
