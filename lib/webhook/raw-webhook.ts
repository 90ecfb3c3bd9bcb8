/** A webhook as it came in: nothing of it is believed yet. */
export interface RawWebhook {
  readonly method: string;
  /** Names in any case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  /** The very bytes that were sent: signatures are over them. */
  readonly body: Uint8Array;
}

/** The value of a header, whatever the case of its name; `undefined` when there is none. */
export function headerOf({ headers }: RawWebhook, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [given, value] of headers) if (given.toLowerCase() === wanted) return value;
  return undefined;
}
