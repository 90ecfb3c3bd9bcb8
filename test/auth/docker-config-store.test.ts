import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HelperCall, RunHelper } from "../../lib/auth/credential-helper.ts";
import { eraseCredential, storeCredential } from "../../lib/auth/docker-config-store.ts";
import { Secret } from "../../lib/base/secret.ts";
import { errorOf } from "./auth-bed.ts";

const login = { username: "u", password: new Secret("p:w") };
const encoded = { auth: Buffer.from("u:p:w").toString("base64") };
const noHelper: RunHelper = async () => {
  throw new Error("no helper is configured");
};

describe("docker config store", () => {
  let home = "";
  let path = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "imageferry-auth-"));
    path = join(home, "docker", "config.json");
  });
  afterEach(() => rm(home, { recursive: true }));

  const read = async (): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

  it("makes a private file, and leaves nothing else behind", async () => {
    await storeCredential(path, "Q.io", login, noHelper);
    expect(await read()).toEqual({ auths: { "q.io": encoded } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(path))).toEqual(["config.json"]);
  });

  it("keeps what it does not know, and has one entry for Docker Hub", async () => {
    path = join(home, "config.json");
    const team = { auth: "dGVhbTpw" };
    const before = {
      psFormat: "table",
      auths: { "docker.io": { auth: "b2xkOnA=" }, "docker.io/team": team, "r.io": { x: 1 } },
    };
    await writeFile(path, JSON.stringify(before), { mode: 0o644 });
    await storeCredential(path, "docker.io", login, noHelper);
    expect(await read()).toEqual({
      psFormat: "table",
      auths: { "docker.io/team": team, "r.io": { x: 1 }, "https://index.docker.io/v1/": encoded },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await eraseCredential(path, "index.docker.io", noHelper)).toBe(true);
    expect(await eraseCredential(path, "docker.io", noHelper)).toBe(false);
    expect(await read()).toEqual({
      psFormat: "table",
      auths: { "docker.io/team": team, "r.io": { x: 1 } },
    });
  });

  it("writes through a link", async () => {
    const real = join(home, "real.json");
    path = join(home, "config.json");
    await writeFile(real, "{}");
    await symlink(real, path);
    await storeCredential(path, "q.io", login, noHelper);
    expect(JSON.parse(await readFile(real, "utf8"))).toEqual({ auths: { "q.io": encoded } });
  });

  it("hands the secret to the configured helper, and no secret to the file", async () => {
    path = join(home, "config.json");
    await writeFile(path, '{"credsStore":"all","credHelpers":{"q.io":"own"}}');
    const calls: HelperCall[] = [];
    const helper: RunHelper = async (call) => {
      calls.push(call);
      return { ok: true, output: "" };
    };
    await storeCredential(path, "q.io", login, helper);
    await storeCredential(path, "docker.io", login, helper);
    expect(await read()).toMatchObject({
      auths: { "q.io": {}, "https://index.docker.io/v1/": {} },
    });
    expect(await readFile(path, "utf8")).not.toContain(encoded.auth);
    expect(await eraseCredential(path, "q.io", helper)).toBe(true);
    expect(calls.map(({ name, action }) => `${name} ${action}`)).toEqual([
      "own store",
      "all store",
      "own erase",
    ]);
    expect(calls[1]?.input).toBe(
      '{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":"p:w"}',
    );
  });

  it("leaves a broken file as it is", async () => {
    path = join(home, "config.json");
    await writeFile(path, "{ broken");
    const error = await errorOf(storeCredential(path, "q.io", login, noHelper));
    expect(error.code).toBe("DOCKER_CONFIG_INVALID");
    expect(await readFile(path, "utf8")).toBe("{ broken");
  });

  it("names a file that cannot be written", async () => {
    await writeFile(join(home, "docker"), "a file where the folder should be");
    const error = await errorOf(storeCredential(path, "q.io", login, noHelper));
    expect(error).toMatchObject({ code: "DOCKER_CONFIG_UNWRITABLE", remedy: "fixInput" });
    expect(error.message).toBe(`${path} cannot be written`);
  });
});
