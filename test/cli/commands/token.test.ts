import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadDocument } from "../../../lib/config/load-config.ts";
import { parseDocument } from "../../../lib/config/parse-document.ts";
import { runCli } from "../memory-terminal.ts";

describe("token", () => {
  it("gives a token with the entry that lets it in", async () => {
    const args = ["token", "ci", "--scope", "run", "--expires", "2027-06-30"];
    const { stdout, exitCode } = await runCli(args);
    expect(exitCode).toBe(0);
    const [, token = ""] = /shown this once: ([0-9a-f]{64})$/m.exec(stdout) ?? [];
    const sha256 = createHash("sha256").update(token).digest("hex");
    const document = parseDocument("f.yaml", `policies: []\n${stdout}`, "yaml");
    const { api } = await loadDocument(document, { env: {}, read: async () => undefined });
    const expiresAt = Date.UTC(2027, 5, 30);
    expect(api?.tokens).toEqual([{ name: "ci", scopes: ["run"], sha256, expiresAt }]);
  });

  it("lets look only, unless told otherwise, and is another one each time", async () => {
    const made = async () => JSON.parse((await runCli(["token", "a", "--format", "json"])).stdout);
    const [first, second] = [await made(), await made()];
    expect(first).toMatchObject({ schemaVersion: 1, entry: { name: "a", scopes: ["read"] } });
    expect(first.entry).not.toHaveProperty("expires");
    expect(first.token).not.toBe(second.token);
  });

  it.each([
    [["token"], /missing required argument/],
    [["token", "a", "--scope", "write"], /Allowed choices are read, run, admin/],
  ])("refuses %j", async (args, words) => {
    const { stdout, stderr, exitCode } = await runCli(args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
  });

  it.each([
    [["token", ""], "USAGE_TOKEN_NAME"],
    [["token", "a", "--expires", "soon"], "USAGE_TOKEN_EXPIRES"],
    [["token", "a", "--expires", "2027-02-30"], "USAGE_TOKEN_EXPIRES"],
  ])("refuses %j: %s", async (args, code) => {
    await expect(runCli(args)).rejects.toMatchObject({ code, remedy: "fixInput" });
  });
});
