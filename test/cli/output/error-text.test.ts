import { describe, expect, it } from "vitest";
import { FerryError } from "../../../lib/base/error.ts";
import { errorText } from "../../../lib/cli/output/error-text.ts";
import { PLAIN, paintFor } from "../../../lib/cli/output/paint.ts";
import { MemoryStream } from "../memory-terminal.ts";

describe("errorText", () => {
  it("tells what failed, its code, and what to try", () => {
    const error = new FerryError('"A" is no tag', {
      code: "RULE_BAD_REFERENCE",
      remedy: "fixInput",
      hint: "Write it in lower case.",
    });
    expect(errorText(error, { paint: PLAIN, stack: false })).toBe(
      'Error: "A" is no tag [RULE_BAD_REFERENCE]\nTry: Write it in lower case.',
    );
  });

  it("admits a fault of its own, and shows the stack only when asked", () => {
    const fault = new TypeError("x is not a function");
    const short = errorText(fault, { paint: PLAIN, stack: false });
    expect(short).toContain("[INTERNAL]\nThis is a fault of imageferry itself");
    expect(short).not.toContain("error-text.test.ts");
    expect(errorText(fault, { paint: PLAIN, stack: true })).toContain("error-text.test.ts");
  });

  it("takes control characters out", () => {
    const error = new FerryError("a\u001b[2Jb\rc", { code: "X", remedy: "giveUp" });
    expect(errorText(error, { paint: PLAIN, stack: false })).toBe("Error: a [2Jb c [X]");
  });
});

describe("paintFor", () => {
  it.each([
    [true, "auto", {}, true],
    [false, "auto", {}, false],
    [true, "auto", { NO_COLOR: "1" }, false],
    [true, "auto", { NO_COLOR: "" }, true],
    [true, "auto", { TERM: "dumb" }, false],
    [false, "always", { NO_COLOR: "1" }, true],
    [true, "never", {}, false],
  ] as const)("terminal %s, --color %s, %j: %s", (isTTY, choice, env, expected) => {
    const paint = paintFor(new MemoryStream(isTTY), choice, env);
    expect(paint.red("x") !== "x").toBe(expected);
  });
});
