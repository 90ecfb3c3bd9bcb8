import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FerryError } from "../../../lib/base/error.ts";
import { runCli } from "../memory-terminal.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "imageferry-login-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const path = () => join(home, ".docker", "config.json");
const login = ["login", "R.io:5000", "--username", "u", "--password-stdin"];

describe("login and logout", () => {
  it("keep and forget what the registry has accepted", async () => {
    const { exitCode, calls, stdout, stderr } = await runCli(login, { home, stdin: "pass\n" });
    expect(exitCode).toBe(0);
    expect(calls.logins[0]?.[0]).toMatchObject({ registry: "r.io:5000", username: "u" });
    expect(stdout + stderr).not.toContain("pass\n");
    const stored = JSON.parse(readFileSync(path(), "utf8"));
    expect(stored.auths["r.io:5000"].auth).toBe(Buffer.from("u:pass").toString("base64"));
    expect(statSync(path()).mode & 0o777).toBe(0o600);

    await runCli(["logout", "r.io:5000"], { home });
    expect(JSON.parse(readFileSync(path(), "utf8")).auths).toEqual({});
    const again = await runCli(["logout", "r.io:5000"], { home });
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("no credentials") });
  });

  it("keeps nothing that was refused", async () => {
    const verifyLogin = () =>
      Promise.reject(new FerryError("no", { code: "CREDENTIALS_REFUSED", remedy: "authenticate" }));
    await expect(runCli(login, { home, stdin: "x", verifyLogin })).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
    });
    expect(() => statSync(path())).toThrow("ENOENT");
  });

  it.each([
    [["login", "r.io", "--username", "u"], "USAGE_NO_TERMINAL"],
    [["login", "r.io", "--password-stdin"], "USAGE_NO_TERMINAL"],
    [["login", "r.io", "--username", "", "--password-stdin"], "USAGE_EMPTY"],
  ])("never asks without a terminal: %j", async (args, code) => {
    await expect(runCli(args, { home })).rejects.toMatchObject({ code });
  });

  it("has no flag for the password, which others could see", async () => {
    const { exitCode } = await runCli(["login", "r.io", "--password", "p"], { home });
    expect(exitCode).toBe(2);
  });
});
