import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort } from "../../lib/base/on-abort.ts";

describe("onAbort", () => {
  it("runs every task once when the signal aborts, in order", () => {
    const abort = new AbortController();
    const ran: number[] = [];
    const task = () => ran.push(0);
    onAbort(abort.signal, task);
    onAbort(abort.signal, task);
    onAbort(abort.signal, () => ran.push(1));
    abort.abort();
    abort.abort();
    expect(ran).toEqual([0, 0, 1]);
  });

  it("runs a task at once when the signal has aborted", () => {
    let ran = 0;
    onAbort(AbortSignal.abort(), () => ran++);
    expect(ran).toBe(1);
  });

  it("leaves out what was called off, by another task even", () => {
    const abort = new AbortController();
    const ran: string[] = [];
    const off = onAbort(abort.signal, () => ran.push("off"));
    onAbort(abort.signal, () => offLater());
    const offLater = onAbort(abort.signal, () => ran.push("later"));
    off();
    off();
    abort.abort();
    expect(ran).toEqual([]);
  });

  it("has one listener, however many wait", () => {
    const { signal } = new AbortController();
    for (let task = 0; task < 500; task++) onAbort(signal, () => undefined);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });
});
