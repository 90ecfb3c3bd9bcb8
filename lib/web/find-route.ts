import type { ApiRoute } from "./api-route.ts";

/** Where a request leads. */
export interface FoundRoute {
  /** Those of its path, by method. */
  readonly routes: ReadonlyMap<string, ApiRoute>;
  /** What stands for `{id}`. */
  readonly id: string;
}

/** Finds the routes of a path as it was sent; `undefined` when there are none. */
export type FindRoute = (path: string) => FoundRoute | undefined;

/** Ids as runs have them; what is longer, or holds what no table takes, is none. */
const ID = /^[^\p{Cc}]{1,256}$/u;

/** Makes the search; a path is `/word`, `/word/{id}` or `/word/{id}/word`. */
export function createFindRoute(routes: readonly ApiRoute[]): FindRoute {
  const byPath = new Map<string, Map<string, ApiRoute>>();
  for (const one of routes) {
    const methods = byPath.get(one.path) ?? new Map<string, ApiRoute>();
    byPath.set(one.path, methods.set(one.method, one));
  }
  return (path) => {
    const whole = path.includes("{") ? undefined : byPath.get(path);
    if (whole !== undefined) return { routes: whole, id: "" };
    const [, first = "", id = "", ...rest] = path.split("/");
    const found = byPath.get(["", first, "{id}", ...rest].join("/"));
    const decoded = decode(id);
    return found && decoded !== undefined ? { routes: found, id: decoded } : undefined;
  };
}

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return ID.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}
