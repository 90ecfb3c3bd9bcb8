/**
 * Reads JSON, as which type only a schema can tell. What is no JSON stays the text it is, for the
 * same schema to refuse.
 */
export function jsonOrText<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(JSON.stringify(text));
  }
}
