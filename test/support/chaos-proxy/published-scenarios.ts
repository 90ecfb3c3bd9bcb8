import type { ChaosRule } from "./fault.ts";
import { type FaultGround, type FaultScenario, refusing } from "./scenario.ts";

const AFTER_A_SECOND = { headers: { "retry-after": "1" } } as const;
const MANIFEST_READ = { method: "GET", kind: "manifest" } as const;
const TAG_WRITE = { method: "PUT", kind: "manifest" } as const;
const UPLOAD_START = { method: "POST", kind: "uploads" } as const;

/** The 22 scenarios in which other tools have been measured, in their order. */
export const PUBLISHED_SCENARIOS: readonly FaultScenario[] = [
  {
    ...row("N6", "source reset once at half of the layer"),
    arrange: (ground) => ({ source: [cut(ground, 16, "rst")] }),
  },
  {
    ...row("N6", "source truncated (FIN)"),
    arrange: (ground) => ({ source: [cut(ground, 16, "fin")] }),
  },
  {
    ...row("N6", "source reset x4 every 6 units"),
    arrange: (ground) => ({ source: [cut(ground, 6, "rst", 4)] }),
  },
  {
    ...row("N6", "source reset x8 every half unit"),
    arrange: (ground) => ({ source: [cut(ground, 0.5, "rst", 8)] }),
  },
  {
    ...row("N8", "source stalls at a quarter of the layer"),
    arrange: (ground) => ({ source: [cut(ground, 8, "stall")] }),
  },
  {
    ...row("N16", "blob GET 503 x3"),
    arrange: (ground) => ({ source: [refusing(503, blobRead(ground), { times: 3 })] }),
  },
  {
    ...row("N16", "manifest 503 x2"),
    arrange: () => ({ source: [refusing(503, MANIFEST_READ, { times: 2 })] }),
  },
  {
    ...row("N15", "manifest 429 x3, Retry-After 1"),
    secondsMin: 3,
    arrange: () => ({ source: [refusing(429, MANIFEST_READ, { times: 3, ...AFTER_A_SECOND })] }),
  },
  {
    ...row("N15", "blob 429 x3, Retry-After 1"),
    secondsMin: 3,
    arrange: (ground) => ({
      source: [refusing(429, blobRead(ground), { times: 3, ...AFTER_A_SECOND })],
    }),
  },
  {
    ...row("N2", "connection reset on manifest"),
    arrange: () => ({ source: [{ on: MANIFEST_READ, fault: { kind: "drop", how: "rst" } }] }),
  },
  {
    ...row("N16", "dest HEAD 503 x2"),
    mayMiss: true,
    arrange: () => ({ target: [refusing(503, { method: "HEAD" }, { times: 2 })] }),
  },
  {
    ...row("N16", "dest POST 503 x2"),
    arrange: () => ({ target: [refusing(503, UPLOAD_START, { times: 2 })] }),
  },
  {
    ...row("N15", "dest POST 429 x2"),
    arrange: () => ({ target: [refusing(429, UPLOAD_START, { times: 2 })] }),
  },
  {
    ...row("N16", "dest 503 on the large upload"),
    ...{ downMax: 1.8, upMax: 1.8 },
    arrange: (ground) => ({ target: [refusing(503, bigUpload(ground))] }),
  },
  {
    ...row("N20", "dest resets upload at half of the layer"),
    ...{ downMax: 1.8, upMax: 1.8 },
    arrange: ({ unit }) => ({
      target: [
        {
          on: { kind: "upload" },
          fault: { kind: "break-upload", afterBytes: 16 * unit, how: "rst" },
        },
      ],
    }),
  },
  {
    ...row("N20", "lost 201 of a blob PUT"),
    arrange: () => ({ target: [lost({ method: "PUT", kind: "upload" })] }),
  },
  {
    ...row("N16", "manifest PUT 503 x2"),
    arrange: () => ({ target: [refusing(503, TAG_WRITE, { times: 2 })] }),
  },
  {
    ...row("R15", "lost ack of manifest PUT"),
    arrange: () => ({ target: [lost(TAG_WRITE)] }),
  },
  {
    ...row("R4", "corrupt byte, always"),
    ...{ right: "refused", codes: ["SOURCE_DIGEST_MISMATCH"], downMax: 2.6, upMax: 2.6 },
    arrange: (ground) => ({ source: [corrupt(ground, Number.POSITIVE_INFINITY)] }),
  },
  {
    ...row("R4", "corrupt byte, once"),
    ...{ downMax: 1.8, upMax: 1.8 },
    arrange: (ground) => ({ source: [corrupt(ground, 1)] }),
  },
  {
    ...row("N17", "206 with a wrong start"),
    downMax: 2.6,
    arrange: (ground) => ({
      source: [
        { on: rangedRead(ground), fault: { kind: "shift-range", by: 1 } },
        cut(ground, 16, "rst"),
      ],
    }),
  },
  {
    ...row("N17", "Range ignored (200)"),
    downMax: 1.8,
    arrange: (ground) => ({
      source: [
        { on: rangedRead(ground), fault: { kind: "ignore-range" }, times: 9 },
        cut(ground, 16, "rst"),
      ],
    }),
  },
] satisfies readonly FaultScenario[];

function row(name: string, what: string): Pick<FaultScenario, "row" | "name" | "published"> {
  return { row: name, name: what, published: true };
}

/** Reads of the large layer. */
export function blobRead({ big }: FaultGround) {
  return { method: "GET", kind: "blob", names: big } as const;
}

/** Reads of the large layer from further on. */
export function rangedRead(ground: FaultGround) {
  return { ...blobRead(ground), ranged: true } as const;
}

/** Requests that bring the large layer's bytes, whole. */
export function bigUpload({ unit }: FaultGround) {
  return { kind: "upload", bytesMin: 32 * unit } as const;
}

/** Ends answers with the large layer after so many units. */
export function cut(
  ground: FaultGround,
  units: number,
  how: "rst" | "fin" | "stall",
  times = 1,
): ChaosRule {
  const afterBytes = Math.floor(units * ground.unit);
  return { on: blobRead(ground), fault: { kind: "cut", afterBytes, how }, times };
}

function lost(on: ChaosRule["on"]): ChaosRule {
  return { on, fault: { kind: "lose-answer", how: "rst" } };
}

function corrupt(ground: FaultGround, times: number): ChaosRule {
  return { on: blobRead(ground), fault: { kind: "corrupt", at: 20 * ground.unit + 7 }, times };
}
