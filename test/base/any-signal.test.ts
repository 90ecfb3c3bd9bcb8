import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { anySignal } from "../../lib/base/any-signal.ts";

describe("any signal", () => {
  it("aborts with the reason of the first of them", () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const any = anySignal([one.signal, two.signal]);
    expect(any.aborted).toBe(false);
    two.abort("the second");
    one.abort("the first");
    expect(any.reason).toBe("the second");
  });

  it("takes any number of listeners without a warning", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error) => void warnings.push(message);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const any = anySignal([new AbortController().signal]);
    for (let count = 0; count < 20; count++) any.addEventListener("abort", () => count);
    await turn();
    await turn();
    expect(warnings.filter((message) => message.includes("listeners"))).toEqual([]);
  });
});
