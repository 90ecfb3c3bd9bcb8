import { describe, expect, it } from "vitest";
import { IncomingBody } from "../../lib/http/incoming-body.ts";
import { LandingBuffers } from "../../lib/http/landing-buffers.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function bodyWithLog() {
  const log: string[] = [];
  const buffers = new LandingBuffers();
  const body = new IncomingBody(
    { awaitBytes: () => log.push("await"), destroy: () => log.push("destroy") },
    buffers,
  );
  return { body, log, buffers };
}

const DONE = { done: true, value: undefined };
const X = Buffer.from("x");

describe("IncomingBody", () => {
  it("asks for bytes when its reader waits, and only then", async () => {
    const { body, log } = bodyWithLog();
    body.push(X);
    expect(body.isAhead).toBe(true);
    expect(await body.next()).toEqual({ done: false, value: X });
    expect({ log, isAhead: body.isAhead }).toEqual({ log: [], isAhead: false });
    const pulled = body.next();
    expect({ log, isAwaited: body.isAwaited }).toEqual({ log: ["await"], isAwaited: true });
    body.push(X);
    expect(await pulled).toEqual({ done: false, value: X });
    const last = body.next();
    body.end();
    expect(await last).toEqual(DONE);
    expect(await body.next()).toEqual(DONE);
  });

  it("gives a buffer back when the next bytes are asked for, not before", async () => {
    const { body, buffers } = bodyWithLog();
    const [first, second] = [buffers.take(), buffers.take()];
    body.push(first.subarray(0, 1), first);
    body.push(second.subarray(0, 1), second);
    await body.next();
    expect(buffers.take()).not.toBe(first);
    await body.next();
    expect(buffers.take()).toBe(first);
    body.end();
    await body.next();
    expect(buffers.take()).toBe(second);
  });

  it("gives no buffer back that its reader may be looking at when it is aborted", async () => {
    const { body, buffers } = bodyWithLog();
    const buffer = buffers.take();
    body.push(buffer.subarray(0, 1), buffer);
    await body.next();
    body.abort(new Error("stopped"));
    expect(buffers.take()).not.toBe(buffer);
    await expect(body.next()).rejects.toThrow("stopped");
    expect(buffers.take()).toBe(buffer);
  });

  it("gives what is queued before the error of a broken connection", async () => {
    const { body } = bodyWithLog();
    body.push(X);
    body.fail(new Error("reset"));
    expect(await body.next()).toMatchObject({ done: false });
    await expect(body.next()).rejects.toThrow("reset");
  });

  it("drops what is queued when aborted, and keeps the first reason", async () => {
    const { body } = bodyWithLog();
    body.push(X);
    body.abort(new Error("stopped"));
    body.fail(new Error("later"));
    body.push(X);
    await expect(body.next()).rejects.toThrow("stopped");
  });

  it("ends the connection when the reader leaves early, and only then", async () => {
    const early = bodyWithLog();
    expect(await early.body.return()).toEqual(DONE);
    expect(early.log).toEqual(["destroy"]);
    expect(await early.body.next()).toEqual(DONE);
    const late = bodyWithLog();
    late.body.end();
    await late.body.return();
    expect(late.log).toEqual([]);
  });

  it("discards a complete body at once, without a timer", async () => {
    const { body, log } = bodyWithLog();
    const clock = new VirtualClock();
    body.push(X);
    body.end();
    await body.discard(clock);
    expect({ log, pending: clock.pending }).toEqual({ log: [], pending: 0 });
    expect(await body.next()).toEqual(DONE);
  });

  it("waits a second for the rest of a body that is discarded", async () => {
    const { body, log } = bodyWithLog();
    const clock = new VirtualClock();
    const discarded = body.discard(clock);
    await clock.advance(999);
    expect(log).toEqual(["await"]);
    await clock.advance(1);
    await discarded;
    expect(log).toEqual(["await", "destroy"]);
  });
});
