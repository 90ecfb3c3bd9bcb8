import type { HttpHeaders } from "./transport.ts";

/** Makes {@link HttpHeaders} of a plain record such as Node and undici give. */
export function headersOf(
  record: Readonly<Record<string, string | readonly string[] | undefined>>,
): HttpHeaders {
  return {
    get: (name) => {
      const value = record[name];
      return typeof value === "object" ? value[0] : value;
    },
    all: (name) => {
      const value = record[name] ?? [];
      return typeof value === "string" ? [value] : value;
    },
  };
}
