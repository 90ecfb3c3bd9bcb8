import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FerryError } from "../../lib/base/error.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { createMemoryTable } from "../../lib/state/memory-table.ts";
import type { Seen } from "../auth/local-server.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { endedRun, notification, notifyBed, receiver } from "./notify-bed.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const MINUTE_MS = 60_000;

/** A bed with one receiver on this machine. */
async function localBed(...[handler, fields]: [Parameters<typeof receiver>[0], object?]) {
  const server = await receiver(handler);
  const bed = notifyBed({
    notifications: [notification(fields)],
    secrets: {
      "env:URL": `${server.url.origin}/hook/p4th-s3cret?q=qu3ry-s3cret`,
      "env:SECRET": SECRET,
    },
  });
  return { ...bed, server };
}

function signatureOf({ body }: Seen): string {
  return `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
}

describe("telling that a run has ended", () => {
  it("sends a signed notice, once", async () => {
    const { end, server, collector, untoldIds, notifier } = await localBed(() => ({}));
    await end(endedRun("r1", { copied: 1 }));
    await notifier.tell(30_000);

    expect(server.seen).toHaveLength(1);
    const [seen] = server.seen;
    if (seen === undefined) throw new Error("nothing came");
    expect(seen).toMatchObject({ method: "POST", path: "/hook/p4th-s3cret" });
    expect(seen.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "user-agent": "imageferry/test",
      "x-imageferry-signature-256": signatureOf(seen),
    });
    const { deliveryId, ...told } = JSON.parse(seen.body);
    expect(deliveryId).toBe(seen.headers["x-imageferry-delivery"]);
    expect(told).toMatchObject({ event: "run.ended", runId: "r1", totals: { copied: 1 } });
    expect(collector.events).toEqual([{ type: "notice.sent", runId: "r1", receiver: "ops" }]);
    expect(await untoldIds()).toEqual([]);
  });

  it.each([
    ["failure", { failed: 1 }, true],
    ["failure", { copied: 1 }, false],
    ["failure", { state: "interrupted" }, true],
    ["failure", { state: "interrupted", cancelledAt: 1 }, false],
    ["change", { copied: 1 }, true],
    ["change", { failed: 1 }, true],
    ["change", {}, false],
    ["always", {}, true],
    ["always", { state: "interrupted", cancelledAt: 1 }, true],
  ] as const)("on %s heeds what the run came to: %j", async (on, run, isTold) => {
    const { end, server, untoldIds } = await localBed(() => ({}), { on });
    await end(endedRun("r1", run));
    expect(server.seen).toHaveLength(isTold ? 1 : 0);
    expect(await untoldIds()).toEqual([]);
  });

  it("waits for a run that has not ended", async () => {
    const { notifier, runs, server, untoldIds } = await localBed(() => ({}));
    await notifier.note("r1");
    await notifier.note("unborn");
    runs.set("r1", endedRun("r1", { state: "running" }));
    await notifier.tell(30_000);
    expect(server.seen).toEqual([]);
    expect(await untoldIds()).toEqual(["r1", "unborn"]);
    runs.set("r1", endedRun("r1"));
    await notifier.tell(30_000);
    expect(server.seen).toHaveLength(1);
    expect(await untoldIds()).toEqual(["unborn"]);
  });

  it("tells again of a run that ended again", async () => {
    const { end, server } = await localBed(() => ({}));
    await end(endedRun("r1", { failed: 1, endedAt: 1 }));
    await end(endedRun("r1", { copied: 1, endedAt: 2 }));
    const ids = server.seen.map(({ headers }) => headers["x-imageferry-delivery"]);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("a receiver that fails", () => {
  it("is tried again at once, under the same delivery id", async () => {
    const statuses = [503, 429, 200];
    const { end, server, collector } = await localBed(() => ({ status: statuses.shift() ?? 500 }));
    await end(endedRun("r1"));
    expect(server.seen).toHaveLength(3);
    const ids = server.seen.map(({ headers }) => headers["x-imageferry-delivery"]);
    expect(new Set(ids).size).toBe(1);
    expect(collector.ofType("notice.sent")).toHaveLength(1);
  });

  it("keeps none of the others from being told, and is told itself later", async () => {
    let isUp = false;
    const down = await receiver(() => ({ status: isUp ? 200 : 500 }));
    const up = await receiver(() => ({}));
    const { end, notifier, collector, untoldIds, shift } = notifyBed({
      notifications: [
        notification({ name: "down", url: "env:DOWN" }),
        notification({ name: "up", url: "env:UP" }),
      ],
      secrets: { "env:DOWN": down.url.href, "env:UP": up.url.href, "env:SECRET": SECRET },
    });
    await end(endedRun("r1"));
    expect(collector.ofType("notice.failed")).toMatchObject([
      { receiver: "down", failure: { code: "NOTICE_BUSY", retriable: true } },
    ]);
    isUp = true;
    await notifier.tell(30_000);
    expect(collector.ofType("notice.failed")).toHaveLength(1);
    shift(45_000);
    expect(await untoldIds()).toEqual(["r1"]);
    await notifier.tell(30_000);
    expect(collector.ofType("notice.sent").map(({ receiver: name }) => name)).toEqual([
      "up",
      "down",
    ]);
    expect(up.seen).toHaveLength(1);
    expect(await untoldIds()).toEqual([]);
  });

  it("is given up after an hour", async () => {
    const { end, collector, untoldIds } = await localBed(() => ({ status: 500 }));
    await end(endedRun("r1", { startedAt: Date.now() - 61 * MINUTE_MS }));
    expect(collector.ofType("notice.failed")).toMatchObject([{ failure: { retriable: false } }]);
    expect(await untoldIds()).toEqual([]);
  });

  it.each<[string, Parameters<typeof receiver>[0], object, object]>([
    [
      "refuses",
      () => ({ status: 404, body: "no_service for p4th-s3cret" }),
      { kind: "slack", secret: undefined },
      { code: "NOTICE_REFUSED", message: /answered 404: no_service for \[redacted\]$/ },
    ],
    [
      "refuses with a code of its own",
      () => ({ body: '{"errcode":310000,"errmsg":"sign not match"}' }),
      { kind: "dingtalk" },
      { code: "NOTICE_REFUSED", message: /310000: sign not match/ },
    ],
    [
      "leads elsewhere",
      (seen) => ({ status: 307, headers: { location: `${seen.path}/elsewhere` } }),
      {},
      { code: "NOTICE_REFUSED", message: /answered 307/ },
    ],
    [
      "is at a private address that is not allowed",
      () => ({}),
      { allowPrivate: false },
      { code: "NOTICE_ADDRESS_FORBIDDEN", message: /not https/ },
    ],
    ["has no address", () => ({}), { url: "env:NONE" }, { code: "ENV_UNSET", message: /env:NONE/ }],
  ])("is not tried again when it %s", async (_, handler, fields, wanted) => {
    const { end, server, collector, untoldIds } = await localBed(handler, fields);
    await end(endedRun("r1"));
    expect(server.seen.length).toBeLessThanOrEqual(1);
    const [failed] = collector.ofType("notice.failed");
    const { message, ...rest } = { message: /./, ...wanted };
    expect(failed?.failure).toMatchObject({ ...rest, retriable: false });
    expect(failed?.failure.message).toMatch(message);
    expect(await untoldIds()).toEqual([]);
  });

  it("shows its address and secret in no event", async () => {
    const beds = await Promise.all(
      [
        (seen: Seen) => ({ status: 400, body: `${seen.path}${seen.query} ${SECRET}` }),
        () => ({ status: 500, body: SECRET }),
      ].map((handler) => localBed(handler)),
    );
    const gone = notifyBed({
      notifications: [notification()],
      secrets: { "env:URL": "http://127.0.0.1:1/p4th-s3cret?q=qu3ry-s3cret", "env:SECRET": SECRET },
    });
    for (const { end, collector } of [...beds, gone]) {
      await end(endedRun("r1"));
      expect(collector.ofType("notice.failed")).toHaveLength(1);
      const told = JSON.stringify(collector.events);
      expect(told).not.toContain(SECRET);
      expect(told).not.toContain("s3cret");
    }
    const [failed] = gone.collector.ofType("notice.failed");
    expect(failed?.failure).toMatchObject({
      code: "NOTICE_UNSENT",
      message: "the receiver could not be reached (NETWORK_REFUSED)",
      retriable: true,
    });
  });

  it("is held to public addresses by name as well", async () => {
    const bed = notifyBed({
      notifications: [notification({ allowPrivate: false })],
      secrets: { "env:URL": "https://localhost:1/x", "env:SECRET": SECRET },
    });
    await bed.end(endedRun("r1"));
    expect(bed.allowed).toEqual([false]);
    expect(bed.collector.ofType("notice.failed")).toMatchObject([
      { failure: { code: "NOTICE_ADDRESS_FORBIDDEN" } },
    ]);
  });

  it.each([
    ["each try", 60_000, 3],
    ["all tries", 5_000, 1],
  ])("is waited for within bounds: %s", async (_, budgetMs, tries) => {
    const clock = new VirtualClock();
    let sent = 0;
    const transport: Transport = {
      send: ({ signal }) => {
        sent++;
        return new Promise((_, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason), { once: true }),
        );
      },
      close: async () => undefined,
    };
    const bed = notifyBed({
      ...{ clock, transport, notifications: [notification()] },
      secrets: { "env:URL": "https://a.example/x", "env:SECRET": SECRET },
    });
    await bed.notifier.note("r1");
    bed.runs.set("r1", endedRun("r1", { startedAt: clock.now() }));
    const startedMs = clock.monotonicMs();
    await clock.run(bed.notifier.tell(budgetMs));
    expect(sent).toBe(tries);
    expect(clock.monotonicMs() - startedMs).toBeLessThanOrEqual(budgetMs);
    expect(bed.collector.ofType("notice.failed")).toMatchObject([
      { failure: { code: "NOTICE_TIMEOUT", retriable: true } },
    ]);
    await clock.advance(45_000);
    expect(await bed.untoldIds()).toEqual(["r1"]);
  });
});

describe("telling, when things break", () => {
  it("is made up for when the process dies before it could tell", async () => {
    const server = await receiver(() => ({}));
    const clock = new VirtualClock();
    const table = createMemoryTable({ clock });
    const parts = {
      ...{ clock, table, notifications: [notification()] },
      secrets: { "env:URL": server.url.href, "env:SECRET": SECRET },
    };
    const run = endedRun("r1", { startedAt: clock.now() });
    const dead = notifyBed(parts);
    await dead.notifier.note("r1");
    await dead.untold.hold("r1", 120_000);

    const next = notifyBed(parts);
    next.runs.set("r1", run);
    await next.notifier.tell(30_000);
    expect(server.seen).toEqual([]);
    await clock.advance(120_000);
    await next.notifier.tell(30_000);
    expect(server.seen).toHaveLength(1);
  });

  it("is done by one of two that would", async () => {
    const server = await receiver(() => ({}));
    const table = createMemoryTable({ clock: new VirtualClock() });
    const parts = {
      ...{ table, notifications: [notification()] },
      secrets: { "env:URL": server.url.href, "env:SECRET": SECRET },
    };
    const [one, other] = [notifyBed({ ...parts, seed: 1 }), notifyBed({ ...parts, seed: 2 })];
    await one.notifier.note("r1");
    for (const { runs } of [one, other]) runs.set("r1", endedRun("r1"));
    await Promise.all([one.notifier.tell(30_000), other.notifier.tell(30_000)]);
    expect(server.seen).toHaveLength(1);
  });

  it("fails nothing when the table does", async () => {
    const clock = new VirtualClock();
    const broken = async () => {
      throw new FerryError("the table is away", { code: "STATE_UNAVAILABLE", remedy: "retry" });
    };
    const table = { ...createMemoryTable({ clock }), put: broken };
    const { notifier, collector } = notifyBed({
      ...{ clock, table, notifications: [notification()], secrets: {} },
    });
    await notifier.note("r1");
    expect(collector.events).toMatchObject([
      { type: "notice.failed", runId: "r1", failure: { code: "STATE_UNAVAILABLE" } },
    ]);
  });
});
