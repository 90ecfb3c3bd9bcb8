import { describe, expect, it } from "vitest";
import {
  expandAll,
  expandBraced,
  expandCredential,
  expandReference,
} from "../../lib/config/expand-env.ts";

const env = { NAME: "value", EMPTY: "", lower: "low" };

describe("expandBraced", () => {
  it.each([
    [`\${NAME}/x`, "value/x"],
    [`\${EMPTY}x`, "x"],
    ["q.io/app:/^v1$/", "q.io/app:/^v1$/"],
    [`$NAME \${2} \${} $`, `$NAME \${2} \${} $`],
  ])("%s gives %s", (text, expected) => {
    expect(expandBraced(text, env)).toBe(expected);
  });
});

describe("expandAll", () => {
  it.each([
    [`\${NAME}/app:$lower`, "value/app:low"],
    ["$NAME.io", "value.io"],
    ["a$1$", "a$1$"],
  ])("%s gives %s", (text, expected) => {
    expect(expandAll(text, env)).toBe(expected);
  });

  it("names a variable that is not set", () => {
    expect(() => expandAll(`\${NOPE}/m`, env)).toThrow(
      expect.objectContaining({ code: "ENV_UNSET", message: expect.stringContaining("NOPE") }),
    );
  });
});

describe("expandCredential", () => {
  it.each([
    ["$NAME", "value"],
    [`x\${NAME}y`, "xvaluey"],
    ["pa$$w0rd$x", "pa$$w0rd$x"],
    ["$NAME$", "$NAME$"],
    ["$1", "$1"],
    ["", ""],
  ])("%s gives %s", (text, expected) => {
    expect(expandCredential(text, env)).toBe(expected);
  });

  it("does not show what may be a password", () => {
    expect(() => expandCredential("$hunter2", env)).toThrow(
      expect.objectContaining({
        code: "ENV_UNSET",
        message: expect.not.stringContaining("hunter2"),
        hint: expect.stringContaining("disableExpandEnv"),
      }),
    );
  });
});

describe("expandReference", () => {
  it("reads env: and nothing else", () => {
    expect(expandReference("env:NAME", env)).toBe("value");
    expect(expandReference("robot$env:NAME", env)).toBe("robot$env:NAME");
    expect(() => expandReference("env:NOPE", env)).toThrow(
      expect.objectContaining({ code: "ENV_UNSET" }),
    );
  });
});
