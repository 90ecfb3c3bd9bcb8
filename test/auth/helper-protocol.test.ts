import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { HelperOutcome } from "../../lib/auth/credential-helper.ts";
import { eraseFromHelper, getFromHelper, storeInHelper } from "../../lib/auth/helper-protocol.ts";
import { Secret } from "../../lib/base/secret.ts";
import { errorOf } from "./auth-bed.ts";

const helper = (outcome: HelperOutcome, name = "x") => ({ name, run: async () => outcome });

describe("credential helper protocol", () => {
  it.each([
    "credentials not found in native keychain",
    "error: credentials not found",
    "no credentials server URL",
  ])("takes %j for nobody", async (output) => {
    expect(await getFromHelper(helper({ ok: false, output }), "q.io")).toBeUndefined();
    await expect(eraseFromHelper(helper({ ok: false, output }), "q.io")).resolves.toBeUndefined();
  });

  it.each([
    [{ ok: false, output: "key ring\u0007 is locked" }, "failed: key ring is locked"],
    [{ ok: false, output: "" }, "failed: it gave no reason"],
    [{ ok: true, output: "hunter2" }, "failed: its answer holds no user and secret"],
    [{ ok: true, output: '{"Username":"u","Secret":""}' }, "failed: its answer holds no user"],
  ])("%j is an error", async (outcome, words) => {
    const error = await errorOf(getFromHelper(helper(outcome), "q.io"));
    expect(error).toMatchObject({ code: "HELPER_FAILED", remedy: "fixInput" });
    expect(error.message).toContain(`docker-credential-x ${words}`);
    expect(error.message).not.toContain("hunter2");
  });

  it.each(["../evil", "a b", "a;b", "UP", ""])("never runs %j", async (name) => {
    const error = await errorOf(getFromHelper(helper({ ok: true, output: "" }, name), "q.io"));
    expect(error.code).toBe("HELPER_NAME_INVALID");
  });

  it("shows no password that a failing helper repeats", async () => {
    const login = { username: "u", password: new Secret("hunter2") };
    const work = storeInHelper(helper({ ok: false, output: "bad hunter2" }), "q.io", login);
    expect(inspect(await errorOf(work))).not.toContain("hunter2");
  });
});
