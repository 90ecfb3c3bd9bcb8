import { describe, expect, it } from "vitest";
import { defaultStatePath, parseStateLocation } from "../../lib/state/state-location.ts";

describe("parseStateLocation", () => {
  it.each([
    ["state.db", "state.db"],
    ["/var/lib/imageferry/state.db", "/var/lib/imageferry/state.db"],
    ["./a:b.db", "./a:b.db"],
    ["C:\\state.db", "C:\\state.db"],
  ])("takes %s for a file", (text, path) => {
    expect(parseStateLocation(text)).toEqual({ kind: "file", path });
  });

  it("takes :memory: for this process's memory", () => {
    expect(parseStateLocation(":memory:")).toEqual({ kind: "memory" });
  });

  it.each([
    ["redis://localhost/0", `there is no place "redis:" to keep the state`],
    ["file:state.db", `there is no place "file:" to keep the state`],
    ["https://user:hunter2@db.example.com", `there is no place "https:" to keep the state`],
    ["", "the place of the state is empty"],
    ["  ", "the place of the state is empty"],
  ])("refuses %j", (text, message) => {
    expect(() => parseStateLocation(text)).toThrow(
      expect.objectContaining({ code: "STATE_LOCATION_INVALID", remedy: "fixInput", message }),
    );
  });
});

describe("defaultStatePath", () => {
  it.each<[Record<string, string>, string]>([
    [{ XDG_STATE_HOME: "/data/state" }, "/data/state/imageferry/state.db"],
    [{}, "/home/me/.local/state/imageferry/state.db"],
    [{ XDG_STATE_HOME: "" }, "/home/me/.local/state/imageferry/state.db"],
    [{ XDG_STATE_HOME: "relative" }, "/home/me/.local/state/imageferry/state.db"],
  ])("given %j is %s", (env, path) => {
    expect(defaultStatePath(env, "/home/me")).toBe(path);
  });
});
