import type { HttpHeaders } from "./transport.ts";

/** Makes {@link HttpHeaders} of a plain record such as Node and undici give. */
export function headersOf(
  record: Readonly<Record<string, string | readonly string[] | undefined>>,
): HttpHeaders {
  const all = (name: string): readonly string[] => {
    const value = record[name];
    if (value === undefined) return [];
    return typeof value === "string" ? [value] : value;
  };
  return { all, get: (name) => all(name)[0] };
}
