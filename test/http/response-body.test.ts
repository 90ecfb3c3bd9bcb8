import { describe, expect, it } from "vitest";
import { ResponseBody } from "../../lib/http/response-body.ts";

const KIB = 1024;

function bodyWithLog() {
  const log: string[] = [];
  const body = new ResponseBody({
    pause: () => log.push("pause"),
    resume: () => log.push("resume"),
    destroy: () => log.push("destroy"),
  });
  return { body, log };
}

const DONE = { done: true, value: undefined };

describe("ResponseBody", () => {
  it("pauses its source at 64 KiB and resumes it when all is read", async () => {
    const { body, log } = bodyWithLog();
    body.push(new Uint8Array(32 * KIB));
    expect(log).toEqual([]);
    body.push(new Uint8Array(32 * KIB));
    body.push(new Uint8Array(1));
    expect(log).toEqual(["pause"]);
    await body.next();
    await body.next();
    expect(log).toEqual(["pause"]);
    await body.next();
    expect(log).toEqual(["pause", "resume"]);
  });

  it("wakes a reader who waits", async () => {
    const { body } = bodyWithLog();
    const pulled = body.next();
    body.push(Buffer.from("x"));
    expect(await pulled).toEqual({ done: false, value: Buffer.from("x") });
    const last = body.next();
    body.end();
    expect(await last).toEqual(DONE);
    expect(await body.next()).toEqual(DONE);
  });

  it("gives what is queued before the error of a broken connection", async () => {
    const { body } = bodyWithLog();
    body.push(Buffer.from("x"));
    body.fail(new Error("reset"));
    expect(await body.next()).toMatchObject({ done: false });
    await expect(body.next()).rejects.toThrow("reset");
  });

  it("drops what is queued when aborted, and keeps the first reason", async () => {
    const { body } = bodyWithLog();
    body.push(Buffer.from("x"));
    body.abort(new Error("stopped"));
    body.fail(new Error("later"));
    await expect(body.next()).rejects.toThrow("stopped");
  });

  it("ends the connection when the reader leaves early, and only then", async () => {
    const early = bodyWithLog();
    expect(await early.body.return()).toEqual(DONE);
    expect(early.log).toEqual(["destroy"]);
    expect(await early.body.next()).toEqual(DONE);
    const late = bodyWithLog();
    late.body.end();
    await late.body.return();
    expect(late.log).toEqual([]);
  });
});
