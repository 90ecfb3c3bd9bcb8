import type { Random } from "../../../lib/base/random.ts";
import type { Fault } from "../chaos-proxy/fault.ts";
import type { RuledRequest } from "../chaos-proxy/rule-book.ts";

/** Faults that strike now and then, until they are calmed. */
export interface Weather {
  readonly draw: (request: RuledRequest) => Fault | undefined;
  /** Upload sessions that a registry was made to lose sight of: nobody can close them. */
  readonly sessionsLost: () => number;
  calm(): void;
}

/** Of all requests, so many are struck. */
const SHARE = 0.04;
const ANY: readonly Fault[] = [
  { kind: "status", status: 503 },
  { kind: "status", status: 500 },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "drop", how: "rst" },
  { kind: "drop", how: "fin" },
  { kind: "lose-answer", how: "rst" },
];
const READS: readonly Fault[] = [
  ...ANY,
  { kind: "cut", afterBytes: 10_000, how: "rst" },
  { kind: "cut", afterBytes: 50_000, how: "stall" },
  { kind: "slow-head", everyMs: 2 },
];
const SENDS: readonly Fault[] = [
  ...ANY,
  { kind: "break-upload", afterBytes: 20_000, how: "rst" },
  { kind: "break-upload", afterBytes: 20_000, how: "stall" },
];

/** Makes weather that is the same for the same requests in the same order. */
export function makeWeather(random: Random): Weather {
  let isCalm = false;
  let sessionsLost = 0;
  return {
    draw(request) {
      if (isCalm || random.next() >= SHARE) return undefined;
      const faults = request.bytes > 0 ? SENDS : READS;
      const fault = faults[Math.floor(random.next() * faults.length)];
      if (fault !== undefined && losesSession(request, fault)) sessionsLost++;
      return fault;
    },
    sessionsLost: () => sessionsLost,
    calm() {
      isCalm = true;
    },
  };
}

/** Nobody hears of one whose opening is not answered, one that is cut off is dead; ends are told once. */
function losesSession({ method, route }: RuledRequest, fault: Fault): boolean {
  if (route.kind === "uploads") return method === "POST" && fault.kind === "lose-answer";
  if (route.kind !== "upload") return false;
  const isUntold = fault.kind === "status" || fault.kind === "drop";
  return fault.kind === "break-upload" || (method === "DELETE" && isUntold);
}
