import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandPaths, commandWords } from "../../lib/cli/completion/command-words.ts";
import { createProgram } from "../../lib/cli/program.ts";
import { SERVICES } from "../../lib/cli/services.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { MemoryStream } from "./memory-terminal.ts";

const PAGE = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

describe("docs/cli.md", () => {
  const terminal = {
    stdin: process.stdin,
    stdout: new MemoryStream(),
    stderr: new MemoryStream(),
    env: {},
    home: "/nowhere",
    clock: new VirtualClock(),
    signal: new AbortController().signal,
  };
  const program = createProgram({ terminal, services: SERVICES, version: "1.2.3" }, () => {});
  const commands = commandPaths(commandWords(program)).filter(({ path }) => path.length > 0);

  it("names every command", () => {
    const groups = commands.filter(({ command }) => command.commands.length === 0);
    const missing = groups.map(({ path }) => path.join(" ")).filter((name) => !PAGE.includes(name));
    expect(missing).toEqual([]);
  });

  it("names every flag", () => {
    const flags = commands.flatMap(({ command }) => command.flags.flatMap(({ names }) => names));
    const missing = flags.filter((name) => !new RegExp(`[\`( ]${name}[\`, =]`).test(PAGE));
    expect([...new Set(missing)]).toEqual([]);
  });
});
