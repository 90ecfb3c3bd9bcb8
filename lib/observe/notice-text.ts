const BYTES_PER_LINE_MAX = 400;

/**
 * Makes a text that others chose, such as a tag or a registry's words, one harmless line: control
 * and invisible characters gone, no address that a chat would make a link of, at most 400 bytes.
 */
export function harmlessLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .replaceAll("://", "[:]//");
  return cutBytes(line, BYTES_PER_LINE_MAX);
}

/** Lines of a notice, as many as fit into `bytesMax` bytes with their line breaks. */
export function fittingLines(lines: readonly string[], bytesMax: number): readonly string[] {
  let bytes = 0;
  const end = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes > bytesMax;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** Never cuts a character in two. */
function cutBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= bytesMax) return text;
  const kept = bytes.subarray(0, bytesMax - 3).toString();
  return `${kept.replace(/\uFFFD+$/, "")}…`;
}
