/**
 * Makes foreign text safe for a terminal: control characters, which could move the cursor or
 * recolour what follows, become spaces. Line breaks stay only where `keepLines` says so.
 */
export function cleanText(text: string, keepLines = false): string {
  const cleaned = text.replace(/\p{Cc}/gu, (char) => (keepLines && char === "\n" ? char : " "));
  return cleaned.trimEnd();
}
