import { formatBytes, formatDuration } from "../base/units.ts";
import { fittingLines, harmlessLine } from "./notice-text.ts";
import type { RunDigest } from "./run-digest.ts";

/** One list of a notice: a line above, and lines that are safe to show. */
export interface NoticeList {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** A digest in words, as chats show it. */
export interface NoticeWords {
  /** One line. */
  readonly title: string;
  /** Totals, one line each. */
  readonly facts: readonly string[];
  /** Failures first. */
  readonly lists: readonly NoticeList[];
}

/** How a chat's markup is written around, and how long a list may be in it. */
export interface NoticeStyle {
  /** Makes a line safe for the chat's markup; it is a {@link harmlessLine} already. */
  readonly escape: (line: string) => string;
  /** Bytes of one list, once it is escaped. */
  readonly listBytesMax: number;
}

const RESULTS: Readonly<Record<RunDigest["result"], string>> = {
  done: "done",
  failed: "failed in part",
  cancelled: "cancelled",
  suspended: "stopped before its end",
};

/** Puts a digest into words. */
export function noticeWords(digest: RunDigest, style: NoticeStyle): NoticeWords {
  const { runId, result, totals, bytes, elapsedMs, trigger } = digest;
  const line = (text: string): string => style.escape(harmlessLine(text));
  const list = (name: string, entries: readonly string[], total: number): NoticeList[] => {
    const lines = fittingLines(entries.map(line), style.listBytesMax);
    const heading = lines.length < total ? `${name}: ${total}, of which` : `${name}: ${total}`;
    return total === 0 ? [] : [{ heading, lines }];
  };
  const { failed, copied, unchanged, suspended, skipped, rules } = totals;
  const left = suspended > 0 ? `, ${suspended} left` : "";
  const out = skipped > 0 ? `, ${skipped} skipped` : "";
  return {
    title: `imageferry: run ${line(runId)} ${RESULTS[result]}`,
    facts: [
      `${copied} copied, ${unchanged} unchanged, ${failed} failed${left}${out}`,
      `${formatBytes(bytes.copied)} copied, ${formatBytes(bytes.mounted + bytes.skipped)} saved`,
      `${formatDuration(elapsedMs)}, started by ${trigger}`,
    ],
    lists: [
      ...list(
        "Rules not followed",
        digest.rules.map(({ rule, code, message }) => `${rule}: ${code}: ${message}`),
        rules.failed,
      ),
      ...list(
        "Failed",
        digest.failed.map(({ target, code, message }) => `${target}: ${code}: ${message}`),
        failed,
      ),
      ...list(
        "Copied",
        digest.copied.map(({ source, target }) => `${source} → ${target}`),
        copied,
      ),
    ],
  };
}
