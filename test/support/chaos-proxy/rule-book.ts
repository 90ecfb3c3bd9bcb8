import { type Route, routeOf } from "../fake-registry/route.ts";
import type { ChaosRule, Fault, RequestMatch } from "./fault.ts";

/** A request as rules look at it. */
export interface RuledRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly route: Route;
  readonly ranged: boolean;
  /** Length of the body, 0 when it is not told. */
  readonly bytes: number;
}

/** A fault on its way to a request: it counts when it has struck. */
export interface PendingFault {
  readonly fault: Fault;
  /** Takes it; `false` when another request was quicker. */
  strike(): boolean;
}

/** Keeps count of which faults are still to come. */
export class RuleBook {
  readonly #rules: { readonly rule: ChaosRule; left: number; after: number }[];
  readonly #draw: (request: RuledRequest) => Fault | undefined;
  #struck = 0;

  /** @param draw asked for requests that no rule is for. */
  constructor(rules: readonly ChaosRule[], draw = noFault) {
    this.#draw = draw;
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? 1, after: rule.after ?? 0 }));
  }

  /** Faults that have struck so far. */
  get struck(): number {
    return this.#struck;
  }

  /** The fault for a request, when there is one. */
  faultFor(request: RuledRequest): PendingFault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && fits(rule.on, request));
    if (found === undefined) return this.#drawn(request);
    if (found.after > 0) {
      found.after--;
      return undefined;
    }
    const strike = (): boolean => {
      if (found.left <= 0) return false;
      found.left--;
      this.#struck++;
      return true;
    };
    return { fault: found.rule.fault, strike };
  }

  #drawn(request: RuledRequest): PendingFault | undefined {
    const fault = this.#draw(request);
    const strike = (): boolean => {
      this.#struck++;
      return true;
    };
    return fault && { fault, strike };
  }
}

function noFault(_request: RuledRequest): Fault | undefined {
  return undefined;
}

/** Reads what rules look at. */
export function ruledRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RuledRequest {
  return {
    method,
    path,
    route: routeOf(new URL(path, "http://proxy").pathname),
    ranged: headers["range"] !== undefined,
    bytes: Number(headers["content-length"] ?? 0),
  };
}

function fits(on: RequestMatch, request: RuledRequest): boolean {
  return (
    (on.method ?? request.method) === request.method &&
    (on.kind ?? request.route.kind) === request.route.kind &&
    (on.ranged ?? request.ranged) === request.ranged &&
    decodeURIComponent(request.path).includes(on.names ?? "") &&
    request.bytes >= (on.bytesMin ?? 0)
  );
}
