import { getMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
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

  it("takes any number of listeners", () => {
    expect(getMaxListeners(anySignal([new AbortController().signal]))).toBe(0);
  });
});
