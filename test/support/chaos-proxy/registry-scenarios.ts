import type { ChaosRule } from "./fault.ts";
import { bigUpload, blobRead, cut } from "./published-scenarios.ts";
import { type FaultScenario, refusing } from "./scenario.ts";

const TAG_WRITE = { method: "PUT", kind: "manifest" } as const;
const UPLOAD_START = { method: "POST", kind: "uploads" } as const;
const UPLOAD_END = { method: "PUT", kind: "upload" } as const;

/** Faults of registries and of those who hand out tokens. */
export const REGISTRY_SCENARIOS: readonly FaultScenario[] = [
  at("A1", "token expires within the layer", (ground) => ({
    bearer: true,
    source: [
      cut(ground, 8, "rst"),
      { ...unauthorized({ ...blobRead(ground), ranged: true }), times: 1 },
    ],
  })),
  at("A1", "tokens good for three requests each", () => ({
    bearer: true,
    sourceQuirks: { expireAfterRequests: 3 },
  })),
  at(
    "A2",
    "token expires within an upload",
    () => ({
      bearer: true,
      targetQuirks: { expireDuringPut: 1 },
    }),
    2.6,
  ),
  at("A2", "token expired when the tag is set", () => ({
    bearer: true,
    target: [unauthorized(TAG_WRITE)],
  })),
  at("A4", "token server answers 503 x2", () => ({
    bearer: true,
    source: [refusing(503, { kind: "token" }, { times: 2 })],
  })),
  at("A4", "token server resets", () => ({
    bearer: true,
    target: [{ on: { kind: "token" }, fault: { kind: "drop", how: "rst" }, times: 2 }],
  })),
  at("A5", "tokens that do not say how long they are good", () => ({
    bearer: true,
    sourceQuirks: { token: { expiresIn: null, issuedAt: null } },
  })),
  at(
    "R1",
    "session lost before its bytes",
    () => ({
      target: [gone(UPLOAD_END)],
    }),
    1.8,
  ),
  at(
    "R1",
    "session of the large layer lost after its bytes",
    (ground) => ({
      target: [gone(bigUpload(ground))],
    }),
    1.8,
  ),
  at(
    "R4",
    "target says that the digest is wrong, once",
    (ground) => ({
      target: [
        {
          on: bigUpload(ground),
          fault: { kind: "status", status: 400, code: "DIGEST_INVALID" },
        },
      ],
    }),
    1.8,
  ),
  at(
    "R6",
    "target misses a blob when the tag is set, once",
    () => ({
      target: [
        {
          on: TAG_WRITE,
          fault: { kind: "status", status: 400, code: "MANIFEST_BLOB_UNKNOWN" },
        },
      ],
    }),
    2.1,
  ),
  at("R12", "layer not there at first", (ground) => ({
    source: [
      { on: blobRead(ground), fault: { kind: "status", status: 404, code: "BLOB_UNKNOWN" } },
    ],
  })),
  {
    ...at("R12", "layer not there at all", (ground) => ({
      source: [
        {
          on: blobRead(ground),
          fault: { kind: "status", status: 404, code: "BLOB_UNKNOWN" },
          times: 1000,
        },
      ],
    })),
    ...{ right: "refused", codes: ["BLOB_UNKNOWN"] },
  },
  {
    ...at("R14", "manifest too large for the target", () => ({
      target: [refusing(413, TAG_WRITE, { times: 1000 })],
    })),
    ...{ right: "refused", codes: ["TOO_LARGE"] },
  },
  at(
    "R14",
    "body too large for a proxy: in parts",
    ({ unit }) => ({
      targetQuirks: { maxBody: Math.max(16 * unit, 1024 ** 2) },
    }),
    2.1,
  ),
  at("R15", "lost ack of an upload's start", () => ({
    target: [{ on: UPLOAD_START, fault: { kind: "lose-answer", how: "fin" } }],
  })),
  at("R18", "target says nothing of what it stored", () => ({
    target: [
      {
        on: TAG_WRITE,
        fault: { kind: "headers", headers: { "docker-content-digest": undefined } },
      },
      {
        on: UPLOAD_END,
        fault: {
          kind: "headers",
          headers: { "docker-content-digest": undefined, location: undefined },
        },
        times: 9,
      },
    ],
  })),
  at("R18", "source says no digests", () => ({
    source: [
      {
        on: { kind: "manifest" },
        fault: { kind: "headers", headers: { "docker-content-digest": undefined } },
        times: 9,
      },
    ],
  })),
  {
    ...at("R18", "upload without a Location", () => ({
      target: [
        {
          on: UPLOAD_START,
          fault: { kind: "headers", headers: { location: undefined } },
          times: 99,
        },
      ],
    })),
    ...{ right: "refused", codes: ["UPLOAD_LOCATION_REFUSED", "UPLOAD_LOCATION_MISSING"] },
  },
  at("R18", "upload answers without Range", () => ({
    target: [
      { on: UPLOAD_START, fault: { kind: "headers", headers: { range: undefined } }, times: 99 },
    ],
  })),
];

/** A scenario whose traffic may be so many times the image. */
function at(
  row: string,
  name: string,
  arrange: FaultScenario["arrange"],
  trafficMax = 1.01,
): FaultScenario {
  return { row, name, arrange, downMax: trafficMax, upMax: trafficMax };
}

function unauthorized(on: ChaosRule["on"]): ChaosRule {
  return {
    on,
    fault: {
      kind: "status",
      status: 401,
      code: "UNAUTHORIZED",
      headers: { "www-authenticate": 'Bearer realm="/token",service="test",error="invalid_token"' },
    },
  };
}

function gone(on: ChaosRule["on"]): ChaosRule {
  return { on, fault: { kind: "status", status: 404, code: "BLOB_UPLOAD_UNKNOWN" } };
}
