import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askLine, askSecret, readSecret } from "../../lib/cli/prompt.ts";
import type { Terminal } from "../../lib/cli/terminal.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { MemoryStream } from "./memory-terminal.ts";

function terminalWith(input: PassThrough, signal = new AbortController().signal) {
  const stderr = new MemoryStream();
  const terminal: Terminal = {
    stdin: input,
    stdout: new MemoryStream(),
    stderr,
    env: {},
    home: "/nowhere",
    clock: new VirtualClock(),
    signal,
  };
  return { terminal, stderr };
}

describe("prompt", () => {
  it("asks for a line on standard error", async () => {
    const input = new PassThrough();
    const { terminal, stderr } = terminalWith(input);
    const answer = askLine("User: ", terminal);
    input.write("me\n");
    expect(await answer).toBe("me");
    expect(stderr.text).toContain("User: ");
  });

  it("does not show a secret while it is typed", async () => {
    const input = new PassThrough();
    const { terminal, stderr } = terminalWith(input);
    const answer = askSecret("Password: ", terminal);
    input.write("hidden\n");
    expect((await answer).reveal()).toBe("hidden");
    expect(stderr.text).toBe("Password: \n");
  });

  it("reads a piped secret without the line break at its end", async () => {
    const input = new PassThrough();
    input.end("pass word\r\n");
    expect((await readSecret(terminalWith(input).terminal)).reveal()).toBe("pass word");
  });

  it("ends when the input does, or when the process is asked to stop", async () => {
    const closed = new PassThrough();
    const first = askLine("User: ", terminalWith(closed).terminal);
    closed.end();
    await expect(first).rejects.toMatchObject({ code: "USAGE_NO_ANSWER" });
    const stop = new AbortController();
    const second = askLine("User: ", terminalWith(new PassThrough(), stop.signal).terminal);
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: "USAGE_NO_ANSWER" });
  });
});
