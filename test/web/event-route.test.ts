import { describe, expect, it } from "vitest";
import { parsePlace } from "../../lib/web/event-stream.ts";
import { apiBed, type BedCall, TOKENS } from "./api-bed.ts";

const token = TOKENS.read;

interface ServerSentEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
}

/** Reads events as browsers do. */
function parseEvents(text: string): readonly ServerSentEvent[] {
  const blocks = text.split("\n\n").filter((block) => block !== "" && !block.startsWith(":"));
  return blocks.map((block) =>
    Object.fromEntries(
      block.split("\n").map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]),
    ),
  );
}

function kinds(events: readonly ServerSentEvent[]): readonly (string | undefined)[] {
  return events.map(({ event }) => event);
}

async function startedBed() {
  const bed = await apiBed();
  const json = { policies: ["app"] };
  const { body } = await bed.send({ method: "POST", path: "/runs", token: TOKENS.run, json });
  const path = `/runs/${body.runId}/events`;
  const poll = async (rest: Partial<BedCall> = {}) => {
    const { status, body: text } = await bed.clock.run(bed.send({ path, token, ...rest }));
    return { status, events: parseEvents(text) };
  };
  return { ...bed, path, poll };
}

describe("the events of a run, where the host streams", () => {
  it("come as tasks and totals change, and end with the run", async () => {
    const bed = await startedBed();
    const { body } = await bed.raw({ path: bed.path, token, streams: true });
    if (typeof body === "string" || body instanceof Uint8Array) throw new Error("no stream");
    const events = body[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await bed.clock.run(events.next());
      return done === true ? undefined : parseEvents(value);
    };
    expect(kinds((await next()) ?? [])).toEqual(["run"]);
    await bed.list();
    const planned = (await next()) ?? [];
    expect(kinds(planned)).toEqual(["task", "task", "task", "run"]);
    expect(JSON.parse(planned[0]?.data ?? "")).toMatchObject({ state: "pending" });
    await bed.work(1);
    const worked = (await next()) ?? [];
    expect(kinds(worked)).toEqual(["task", "run"]);
    expect(JSON.parse(worked[1]?.data ?? "")).toMatchObject({ totals: { copied: 1 } });
    await bed.work();
    await bed.sweep();
    expect(kinds((await next()) ?? [])).toEqual(["task", "task", "run", "end"]);
    expect(await next()).toBeUndefined();
  });

  it("keep the connection open while there is no news", async () => {
    const bed = await startedBed();
    const stop = new AbortController();
    const { body } = await bed.raw({ path: bed.path, token, streams: true, signal: stop.signal });
    if (typeof body === "string" || body instanceof Uint8Array) throw new Error("no stream");
    const events = body[Symbol.asyncIterator]();
    await events.next();
    const sinceMs = bed.clock.monotonicMs();
    expect(await bed.clock.run(events.next())).toMatchObject({ value: ": nothing new\n\n" });
    expect(bed.clock.monotonicMs() - sinceMs).toBe(15_000);
    const last = events.next();
    await bed.clock.advance(0);
    stop.abort();
    expect(await last).toMatchObject({ done: true });
  });

  it("are told broken, without what broke", async () => {
    const bed = await startedBed();
    const run = bed.service.run;
    let looks = 0;
    const service = {
      ...bed.service,
      run: (runId: string) => (looks++ === 0 ? run(runId) : Promise.reject(new Error("secret"))),
    };
    const other = await apiBed({ api: { service, clock: bed.clock } });
    const { body } = await other.raw({ path: bed.path, token, streams: true });
    if (typeof body === "string" || body instanceof Uint8Array) throw new Error("no stream");
    const texts: string[] = [];
    await bed.clock.run(
      (async () => {
        for await (const text of body) texts.push(text);
      })(),
    );
    expect(kinds(parseEvents(texts.join("")))).toEqual(["run", "error"]);
    expect(texts.join("")).not.toContain("secret");
    expect(other.lines.at(-1)).toMatchObject({ level: "error" });
  });
});

describe("the events of a run, where the host does not stream", () => {
  it("are answered whole, from the last known event on", async () => {
    const bed = await startedBed();
    const first = await bed.poll();
    expect(kinds(first.events)).toEqual(["run"]);
    const known = { headers: { "last-event-id": first.events.at(-1)?.id ?? "" } };
    const waiting = bed.poll(known);
    await bed.clock.advance(3_000);
    await bed.list();
    const second = await waiting;
    expect(kinds(second.events)).toEqual(["task", "task", "task", "run"]);
    const since = second.events.at(-1)?.id ?? "";

    await bed.clock.advance(1_000);
    await bed.work();
    await bed.sweep();
    const third = await bed.poll({ path: `${bed.path}?since=${since}` });
    expect(kinds(third.events)).toEqual(["task", "task", "task", "run", "end"]);
    const end = third.events.at(-1)?.id ?? "";
    expect(await bed.poll({ headers: { "last-event-id": end } })).toEqual({
      status: 204,
      events: [],
    });
  });

  it("are waited for, and not for ever", async () => {
    const bed = await startedBed();
    const { events } = await bed.poll();
    const sinceMs = bed.clock.monotonicMs();
    const none = await bed.poll({ headers: { "last-event-id": events.at(-1)?.id ?? "" } });
    expect(none).toEqual({ status: 200, events: [] });
    expect(bed.clock.monotonicMs() - sinceMs).toBe(20_000);
  });
});

describe("the id of an event", () => {
  it.each([
    ["1700000000000-0123456789ab", { changedAt: 1_700_000_000_000, head: "0123456789ab" }],
    ["1700000000000", { changedAt: 1_700_000_000_000 }],
    ["", undefined],
    ["x", undefined],
    ["1-2", undefined],
    ["99999999999999999999", undefined],
  ])("%j is read", (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });
});
