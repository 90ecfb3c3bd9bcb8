import { setTimeout as delay } from "node:timers/promises";
import { API_TOKEN } from "./serve-bed.ts";

/** An answer of the API, its JSON parsed. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls the API of a server as a program would. */
export interface ServeClient {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body?: object): Promise<ApiAnswer>;
  /** Everything that a stream of events tells until the server ends it. */
  stream(path: string): Promise<string>;
  /** Waits until a run is in this state. */
  untilRun(runId: string, state: string): Promise<ApiAnswer["body"]>;
}

const STATE_MS_MAX = 150_000;
const POLL_MS = 100;

/** Makes a client that shows the token of the test bed. */
export function serveClient(url: string): ServeClient {
  const headers = { authorization: `Bearer ${API_TOKEN}` };
  const answerOf = async (response: Response): Promise<ApiAnswer> => ({
    status: response.status,
    body: JSON.parse(await response.text()),
  });
  const get = async (path: string) => answerOf(await fetch(`${url}${path}`, { headers }));
  return {
    get,
    async post(path, body) {
      const json = { "content-type": "application/json" };
      const sent = body && { body: JSON.stringify(body) };
      const init = { method: "POST", headers: { ...headers, ...(body && json) }, ...sent };
      return answerOf(await fetch(`${url}${path}`, init));
    },
    stream: async (path) => (await fetch(`${url}${path}`, { headers })).text(),
    async untilRun(runId, state) {
      let last: ApiAnswer["body"] = {};
      for (let waitedMs = 0; waitedMs < STATE_MS_MAX; waitedMs += POLL_MS) {
        last = (await get(`/runs/${runId}`)).body;
        if (last["state"] === state) return last;
        await delay(POLL_MS);
      }
      throw new Error(`run ${runId} is not ${state}, but ${JSON.stringify(last)}`);
    },
  };
}
