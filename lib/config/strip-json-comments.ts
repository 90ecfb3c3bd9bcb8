/** A string, a comment to the end of the line, or a block comment. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Blanks the comments of a JSON text; every other character keeps its line and column.
 */
export function stripJsonComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (match) =>
    match.startsWith('"') ? match : match.replace(/[^\n]/g, " "),
  );
}
