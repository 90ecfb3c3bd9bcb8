import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnHelper } from "../../lib/auth/credential-helper.ts";
import { getFromHelper } from "../../lib/auth/helper-protocol.ts";
import { basic, errorOf } from "./auth-bed.ts";

const SCRIPT = `#!/bin/sh
read server
case "$1 $server" in
  "get q.io") echo '{"ServerURL":"q.io","Username":"u","Secret":"p"}' ;;
  "get long.io") head -c 300000 /dev/zero ;;
  "get killed.io") kill -9 $$ ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
`;

describe("spawnHelper", () => {
  let folder = "";
  const path = process.env["PATH"];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imageferry-helper-"));
    const program = join(folder, "docker-credential-test-one");
    await writeFile(program, SCRIPT);
    await chmod(program, 0o755);
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterAll(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  const get = (registry: string, name = "test-one") =>
    getFromHelper({ name, run: spawnHelper }, registry);

  it("gets a credential", async () => {
    expect(await get("q.io")).toEqual(basic("u", "p"));
  });

  it("gets nobody", async () => {
    expect(await get("r.io")).toBeUndefined();
  });

  it.each([
    ["long.io", "its answer is too long"],
    ["killed.io", "it did not end by itself"],
  ])("says what is wrong: %s", async (registry, words) => {
    const error = await errorOf(get(registry));
    expect(error.message).toBe(`docker-credential-test-one failed: ${words}`);
  });

  it("names a helper that is not installed", async () => {
    const error = await errorOf(get("q.io", "not-there"));
    expect(error).toMatchObject({ code: "HELPER_MISSING", remedy: "fixInput" });
    expect(error.message).toBe("docker-credential-not-there cannot be run");
  });
});
