import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDockerConfigs } from "../../lib/auth/docker-config-files.ts";
import { errorOf } from "./auth-bed.ts";

describe("findDockerConfigs", () => {
  let home = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "imageferry-auth-"));
  });
  afterEach(() => rm(home, { recursive: true }));

  async function put(path: string): Promise<string> {
    const full = join(home, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, path);
    return full;
  }

  it("takes them in the order of precedence", async () => {
    const paths = await Promise.all(
      ["given.json", "docker/config.json", "run/containers/auth.json"].map(put),
    );
    paths.push(await put(".config/containers/auth.json"));
    await put(".docker/config.json");
    const env = {
      DOCKER_AUTH_CONFIG: "{}",
      REGISTRY_AUTH_FILE: join(home, "given.json"),
      DOCKER_CONFIG: join(home, "docker"),
      XDG_RUNTIME_DIR: join(home, "run"),
    };
    const found = await findDockerConfigs(env, home);
    expect(found.map(({ label }) => label)).toEqual(["DOCKER_AUTH_CONFIG", ...paths]);
    expect(found[1]?.text).toBe("given.json");
  });

  it("falls back to the home directory, and leaves out what does not exist", async () => {
    const path = await put(".docker/config.json");
    const env = { REGISTRY_AUTH_FILE: join(home, "missing"), DOCKER_AUTH_CONFIG: "" };
    expect(await findDockerConfigs(env, home)).toEqual([
      { label: path, text: ".docker/config.json" },
    ]);
    expect(await findDockerConfigs({}, join(home, "nobody"))).toEqual([]);
  });

  it("names a file that cannot be read", async () => {
    const error = await errorOf(findDockerConfigs({ REGISTRY_AUTH_FILE: home }, home));
    expect(error).toMatchObject({ code: "DOCKER_CONFIG_UNREADABLE", remedy: "fixInput" });
    expect(error.message).toContain(home);
  });
});
