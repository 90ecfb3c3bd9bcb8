/** The bytes a 206 answer carries; both ends count. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  /** Length of the whole content; left out when the peer does not know it. */
  readonly total?: number;
}

/**
 * Reads a `Content-Range` header of a 206 answer (RFC 9110, *Content-Range*).
 *
 * @returns `undefined` when it is missing or makes no sense.
 */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(value?.trim() ?? "");
  if (!match) return undefined;
  const [start, end] = [Number(match[1]), Number(match[2])];
  const total = match[3] === "*" ? undefined : Number(match[3]);
  const isSane = start <= end && end < (total ?? Number.POSITIVE_INFINITY);
  if (!isSane || !Number.isSafeInteger(total ?? end)) return undefined;
  return { start, end, ...(total !== undefined && { total }) };
}
