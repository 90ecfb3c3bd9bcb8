import { describe, expect, it } from "vitest";
import { decodeRecordOutcome } from "../../lib/sync/outcome-wire.ts";
import { COPIED, failedWith } from "../cli/events.ts";

describe("a task's outcome", () => {
  it("is empty before there is one", () => {
    expect(decodeRecordOutcome(undefined)).toEqual({ outcomes: new Map(), transfers: new Map() });
  });

  it("is read from rows of the first version, which hold outcomes alone", () => {
    const failed = failedWith("TIMEOUT");
    const row = [
      { target: "t.io/app:1", outcome: { ...COPIED } },
      {
        target: "t.io/app:2",
        outcome: {
          kind: "failed",
          failure: { code: "TIMEOUT", message: "it broke", retriable: false },
        },
      },
    ];
    expect(decodeRecordOutcome(row)).toEqual({
      outcomes: new Map([
        ["t.io/app:1", COPIED],
        ["t.io/app:2", failed],
      ]),
      transfers: new Map(),
    });
  });

  it.each([
    ["that is no object", 3],
    ["without targets", {}],
    ["of an unknown kind", { targets: [{ target: "t", outcome: { kind: "lost" } }] }],
    [
      "with a digest that is none",
      { targets: [{ target: "t", outcome: { ...COPIED, sourceDigest: "x" } }] },
    ],
    [
      "with bytes that are no number",
      { targets: [{ target: "t", transfer: { bytesCopied: "1" } }] },
    ],
    ["with usage that is text", { targets: [], usage: "much" }],
  ])("%s is refused", (_, value) => {
    expect(() => decodeRecordOutcome(value)).toThrow(/the stored record of a task's outcome/);
  });
});
