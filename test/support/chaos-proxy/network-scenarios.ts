import type { ChaosRule, Fault } from "./fault.ts";
import { blobRead, cut, rangedRead } from "./published-scenarios.ts";
import { type FaultGround, type FaultScenario, refusing } from "./scenario.ts";

const MANIFEST_READ = { method: "GET", kind: "manifest" } as const;
const TAG_WRITE = { method: "PUT", kind: "manifest" } as const;
const UPLOAD_START = { method: "POST", kind: "uploads" } as const;
const OK = "HTTP/1.1 200 OK\r\n";

/** Faults of connections, of HTTP and of ranges, one row of the failure model after the other. */
export const NETWORK_SCENARIOS: readonly FaultScenario[] = [
  at("N2", "reset of a request for the layer", (ground) => ({
    source: [{ on: blobRead(ground), fault: { kind: "drop", how: "rst" }, times: 2 }],
  })),
  at("N2", "reset of an upload's start", () => ({
    target: [{ on: UPLOAD_START, fault: { kind: "drop", how: "rst" }, times: 2 }],
  })),
  at("N2", "reset of the tag's PUT, not carried out", () => ({
    target: [{ on: TAG_WRITE, fault: { kind: "drop", how: "rst" }, times: 2 }],
  })),
  at("N3", "connection closed after the request for the manifest", () => ({
    source: [{ on: MANIFEST_READ, fault: { kind: "drop", how: "fin" }, times: 2 }],
  })),
  at("N3", "connection closed after an upload's start", () => ({
    target: [{ on: UPLOAD_START, fault: { kind: "drop", how: "fin" }, times: 2 }],
  })),
  at("N4", "no answer to the request for the layer", (ground) => ({
    source: [{ on: blobRead(ground), fault: { kind: "hang" } }],
  })),
  at("N4", "no answer to the request for the manifest", () => ({
    source: [{ on: MANIFEST_READ, fault: { kind: "hang" } }],
  })),
  at("N4", "no answer to an upload's start", () => ({
    target: [{ on: UPLOAD_START, fault: { kind: "hang" } }],
  })),
  at("N5", "head of the layer's answer byte by byte", (ground) => ({
    source: [{ on: blobRead(ground), fault: { kind: "slow-head", everyMs: 100 } }],
  })),
  at("N6", "cut before the first byte of the layer", (ground) => ({
    source: [cut(ground, 0, "rst")],
  })),
  at("N6", "cut after the first byte of the layer", (ground) => ({
    source: [cut(ground, 1 / ground.unit, "fin")],
  })),
  at("N6", "cut before the last byte of the layer", (ground) => ({
    source: [cut(ground, 32 - 1 / ground.unit, "fin")],
  })),
  at("N6", "cut within chunks, by FIN", (ground) => ({
    source: [cutWithin(ground, "fin", "chunked")],
  })),
  at("N6", "cut within chunks, by RST", (ground) => ({
    source: [cutWithin(ground, "rst", "chunked")],
  })),
  at("N7", "cut without a length, by FIN", (ground) => ({
    source: [cutWithin(ground, "fin", "none")],
  })),
  at("N7", "cut without a length, by RST", (ground) => ({
    source: [cutWithin(ground, "rst", "none")],
  })),
  at("N8", "stall before the first byte of the layer", (ground) => ({
    source: [cut(ground, 0, "stall")],
  })),
  at("N8", "stall within chunks", (ground) => ({
    source: [cutWithin(ground, "stall", "chunked")],
  })),
  at("N8", "two stalls", (ground) => ({ source: [cut(ground, 8, "stall", 2)] })),
  at("N9", "first bytes of the layer one by one", (ground) => ({
    source: [{ on: blobRead(ground), fault: { kind: "trickle", bytes: 50, everyMs: 10 } }],
  })),
  at("N10", "more bytes than the length says", (ground) => ({
    source: [{ on: blobRead(ground), fault: { kind: "append", bytes: 100 } }],
  })),
  at("N11", "two lengths, once", (ground) =>
    raw(ground, `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\n12345`),
  ),
  at("N11", "64 KiB of headers, once", (ground) =>
    raw(ground, `${OK}x-filler: ${"y".repeat(64 * 1024)}\r\n\r\n`),
  ),
  at("N11", "no HTTP, once", (ground) => raw(ground, "SSH-2.0-OpenSSH_9.0\r\n")),
  {
    ...at("N11", "two lengths, always", (ground) => ({
      source: [
        {
          on: blobRead(ground),
          fault: { kind: "raw", bytes: `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\n12345` },
          times: 1000,
        },
      ],
    })),
    ...{ right: "refused", codes: ["CONTENT_LENGTH"] },
  },
  at("N14", "connections closed behind each answer's back", () => ({
    source: [{ on: {}, fault: { kind: "close-after" }, times: 1000 }],
  })),
  at("N15", "429 without Retry-After", (ground) => ({
    source: [refusing(429, blobRead(ground), { times: 1 })],
  })),
  at("N15", "429 with a date", (ground) => ({
    source: [
      refusing(429, blobRead(ground), {
        headers: { "retry-after": new Date(Date.now() + 1000).toUTCString() },
      }),
    ],
  })),
  at("N15", "429 with garbage for Retry-After", (ground) => ({
    source: [refusing(429, blobRead(ground), { headers: { "retry-after": "soon, maybe -7" } })],
  })),
  {
    ...at("N15", "429 with a Retry-After of 30 years", () => ({
      source: [
        refusing(429, MANIFEST_READ, { times: 1000, headers: { "retry-after": "1000000000" } }),
      ],
    })),
    ...{ right: "refused", codes: ["TOO_MANY_REQUESTS", "RATE_LIMITED"] },
  },
  ...[408, 500, 502, 504, 522].map((status) =>
    at("N16", `${status} for the layer x2`, (ground) => ({
      source: [refusing(status, blobRead(ground), { times: 2 })],
    })),
  ),
  at(
    "N16",
    "503 in place of the large upload, at once",
    ({ unit }) => ({
      target: [
        {
          on: { kind: "upload", bytesMin: 32 * unit },
          fault: { kind: "status", status: 503, early: true },
        },
      ],
    }),
    1.8,
  ),
  at(
    "N17",
    "206 with a wrong total",
    (ground) => ({
      source: [rangeHeaders(ground, { "content-range": "bytes 1-2/3" }), cut(ground, 16, "rst")],
    }),
    2.6,
  ),
  at(
    "N17",
    "206 without Content-Range",
    (ground) => ({
      source: [rangeHeaders(ground, { "content-range": undefined }), cut(ground, 16, "rst")],
    }),
    2.6,
  ),
  at(
    "N17",
    "multipart/byteranges",
    (ground) => ({
      source: [
        rangeHeaders(ground, {
          "content-type": "multipart/byteranges; boundary=x",
          "content-range": undefined,
        }),
        cut(ground, 16, "rst"),
      ],
    }),
    2.6,
  ),
  at(
    "N17",
    "416 for the rest of the layer",
    (ground) => ({
      source: [refusing(416, rangedRead(ground)), cut(ground, 16, "rst")],
    }),
    1.8,
  ),
  at(
    "N17",
    "Range ignored, and cut again",
    (ground) => ({
      source: [
        cut(ground, 16, "rst"),
        { on: rangedRead(ground), fault: { kind: "ignore-range" } },
        { on: blobRead(ground), fault: { kind: "cut", afterBytes: 4 * ground.unit, how: "fin" } },
      ],
    }),
    2.6,
  ),
  {
    ...at("N18", "layer packed once more", (ground) => ({
      source: [
        {
          on: blobRead(ground),
          fault: { kind: "headers", headers: { "content-encoding": "gzip" } },
        },
      ],
    })),
    ...{ right: "refused", codes: ["CONTENT_ENCODED"] },
  },
  at(
    "N20",
    "upload reset at its first byte",
    () => ({
      target: [brokenUpload(1, "rst")],
    }),
    2.6,
  ),
  at(
    "N20",
    "upload not read any more",
    ({ unit }) => ({
      target: [brokenUpload(2 * unit, "stall")],
    }),
    2.6,
  ),
  at(
    "N21",
    "source and target both break within one transfer",
    (ground) => ({
      source: [cut(ground, 8, "rst")],
      target: [brokenUpload(16 * ground.unit, "rst")],
    }),
    2.6,
  ),
  at("N21", "source breaks six times within one upload", (ground) => ({
    source: [cut(ground, 5, "rst", 6)],
  })),
  at("N0", "50 ms before each answer", () => ({ always: { latencyMs: 50 } })),
  at("N0", "a slow line", ({ unit }) => ({ always: { bytesPerSecond: 41 * unit } })),
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

function cutWithin(
  ground: FaultGround,
  how: "fin" | "rst" | "stall",
  framing: "chunked" | "none",
): ChaosRule {
  return {
    on: blobRead(ground),
    fault: { kind: "cut", afterBytes: 16 * ground.unit, how, framing },
  };
}

function raw(ground: FaultGround, bytes: string): ReturnType<FaultScenario["arrange"]> {
  return { source: [{ on: blobRead(ground), fault: { kind: "raw", bytes } }] };
}

function rangeHeaders(
  ground: FaultGround,
  headers: Extract<Fault, { kind: "headers" }>["headers"],
): ChaosRule {
  return { on: rangedRead(ground), fault: { kind: "headers", headers } };
}

function brokenUpload(afterBytes: number, how: "rst" | "stall"): ChaosRule {
  return { on: { kind: "upload" }, fault: { kind: "break-upload", afterBytes, how } };
}
