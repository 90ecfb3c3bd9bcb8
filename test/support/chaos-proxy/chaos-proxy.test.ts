import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ChaosProxy, startChaosProxy } from "./chaos-proxy.ts";
import type { ChaosRule, Fault } from "./fault.ts";

const BODY = "0123456789".repeat(10);
const BLOB = "/v2/app/blobs/sha256:00";

async function proxyWith(...rules: readonly ChaosRule[]): Promise<ChaosProxy> {
  const server = createServer((request, response) => {
    const start = /bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1];
    const body = BODY.slice(Number(start ?? 0));
    response.writeHead(start === undefined ? 200 : 206, {
      "content-length": body.length,
      ...(start !== undefined && { "content-range": `bytes ${start}-99/100` }),
    });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const proxy = await startChaosProxy(new URL(`http://127.0.0.1:${port}`), { rules });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Everything a client gets that asks once, and how its connection ends. */
async function ask(proxy: ChaosProxy, headers = "", waitMs = 2_000): Promise<string> {
  const socket = connect(Number(proxy.host.split(":")[1]), "127.0.0.1");
  socket.write(`GET ${BLOB} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`);
  let got = "";
  socket.on("data", (chunk: Buffer) => {
    got += chunk.toString("latin1");
  });
  const ending = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve("open"), waitMs);
    socket.once("close", () => clearTimeout(timer));
    socket.once("end", () => resolve("FIN"));
    socket.once("error", () => resolve("RST"));
  });
  socket.destroy();
  return `${got} ${ending}`;
}

function everywhere(fault: Fault): ChaosRule {
  return { on: { kind: "blob" }, fault, times: 9 };
}

describe("the chaos proxy", () => {
  it("passes on what no rule is for", async () => {
    const proxy = await proxyWith({ on: { kind: "tags" }, fault: { kind: "hang" } });
    expect(await ask(proxy)).toMatch(new RegExp(`^HTTP/1.1 200 OK[\\s\\S]*${BODY} FIN$`));
    expect(proxy.struck).toBe(0);
    expect(proxy.log).toMatchObject([{ method: "GET", kind: "blob", status: 200, down: 100 }]);
  });

  const faults: readonly (readonly [Fault, RegExp])[] = [
    [
      { kind: "status", status: 503, headers: { "retry-after": "7" } },
      /^HTTP\/1.1 503 [\s\S]*retry-after: 7/,
    ],
    [{ kind: "drop", how: "fin" }, /^ FIN$/],
    [{ kind: "drop", how: "rst" }, /^ RST$/],
    [{ kind: "lose-answer", how: "rst" }, /^ RST$/],
    [{ kind: "raw", bytes: "nonsense" }, /^nonsense FIN$/],
    [{ kind: "cut", afterBytes: 5, how: "fin" }, /content-length: 100\r\n[\s\S]*01234 FIN$/],
    [{ kind: "cut", afterBytes: 5, how: "rst" }, /\r\n\r\n01234 RST$/],
    [
      { kind: "cut", afterBytes: 5, how: "fin", framing: "chunked" },
      /chunked[\s\S]*\r\n\r\n5\r\n01234\r\n FIN$/,
    ],
    [{ kind: "append", bytes: 3 }, /9xxx FIN$/],
    [{ kind: "corrupt", at: 1 }, /\r\n\r\n0[^1]2345/],
    [
      { kind: "headers", status: 206, headers: { "content-range": "odd" } },
      /^HTTP\/1.1 206[\s\S]*content-range: odd/,
    ],
    [{ kind: "slow-head", everyMs: 1 }, /^HTTP\/1.1 200 OK[\s\S]*789 FIN$/],
    [{ kind: "trickle", bytes: 3, everyMs: 1 }, /\r\n\r\n0123[\s\S]*789 FIN$/],
  ];
  it.each(faults)("does as it is told: %o", async (fault, seen) => {
    const proxy = await proxyWith(everywhere(fault));
    expect(await ask(proxy)).toMatch(seen);
    expect(proxy.struck).toBe(1);
  });

  it.each<Fault>([{ kind: "hang" }, { kind: "cut", afterBytes: 5, how: "stall" }])(
    "is silent when told to be: %o",
    async (fault) => {
      const proxy = await proxyWith(everywhere(fault));
      expect(await ask(proxy, "", 200)).toMatch(fault.kind === "hang" ? /^ open$/ : /01234 open$/);
    },
  );

  it("shifts ranges, and ignores them", async () => {
    const range = "range: bytes=10-\r\n";
    const shifting = await proxyWith(everywhere({ kind: "shift-range", by: 1 }));
    expect(await ask(shifting, range)).toMatch(
      /content-range: bytes 11-99\/100[\s\S]*\r\n\r\n1234/,
    );
    const ignoring = await proxyWith(everywhere({ kind: "ignore-range" }));
    expect(await ask(ignoring, range)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*\r\n\r\n0123/);
  });

  it("strikes as often as it is told, after as many as it is told", async () => {
    const proxy = await proxyWith({
      on: { kind: "blob", names: "sha256:00" },
      fault: { kind: "drop", how: "fin" },
      times: 2,
      after: 1,
    });
    const answers = [await ask(proxy), await ask(proxy), await ask(proxy), await ask(proxy)];
    expect(answers.map((answer) => answer.startsWith("HTTP"))).toEqual([true, false, false, true]);
    expect(proxy.log.map(({ fault }) => fault)).toEqual([undefined, "drop", "drop", undefined]);
  });
});
