import { setTimeout as delay } from "node:timers/promises";
import { startChaosProxy } from "../chaos-proxy/chaos-proxy.ts";
import { seededRandom } from "../seeded-random.ts";
import { openServeBed, type ServeBed } from "../serve-bed.ts";
import { serveClient } from "../serve-client.ts";
import type { ServeProcess } from "../serve-process.ts";
import { startPusher } from "./pusher.ts";
import { type Sample, takeSample } from "./samples.ts";
import { makeWeather } from "./weather.ts";

/** How long a soak takes, and who hears of it. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly onSample: (sample: Sample) => void;
}

/** What was seen. */
export interface SoakResult {
  readonly samples: readonly Sample[];
  /** After pushes and faults had ended. */
  readonly last: Sample;
  readonly pushes: number;
  readonly faults: number;
  /** Sessions that faults made unreachable: they stay until the registry purges them. */
  readonly sessionsLost: number;
  readonly freshnessMs: readonly number[];
  /** Tags that the target has not, or otherwise. */
  readonly unequal: readonly string[];
  /** How the server ended when it was told to. */
  readonly ended: Awaited<ServeProcess["ended"]>;
}

const SAMPLE_EVERY_MS = 3000;
/** Between two runs of the policy that no webhook is for. */
const RUN_EVERY_MS = 5000;
const SETTLE_MS_MAX = 120_000;
/** Connections that nobody uses are closed by then. */
const QUIET_MS = 8000;
const STALL_SECONDS = 3;
const [PUSHED, TIMED] = ["team/pushed", "team/timed"];

/**
 * Lets a server mirror two repositories that change all the time, through a network that fails;
 * then ends changes and faults, and looks at what there is.
 *
 * @throws {Error} when a program is missing.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const bed = await openServeBed();
  if ("missing" in bed) throw new Error(`${bed.missing} is not on PATH`);
  try {
    return await soakOn(bed, options);
  } finally {
    await bed.close();
  }
}

async function soakOn(
  bed: ServeBed,
  { minutes, seed, onSample }: SoakOptions,
): Promise<SoakResult> {
  const random = seededRandom(seed);
  const weather = makeWeather(random);
  const fronts = await Promise.all(
    [bed.sourceHost, bed.targetHost].map((host) =>
      startChaosProxy(new URL(`http://${host}`), { draw: weather.draw }),
    ),
  );
  await configure(
    bed,
    fronts.map(({ host }) => host),
  );
  const server = await bed.serve();
  const client = serveClient(server.url);
  const startedMs = performance.now();
  const sinceStart = () => (performance.now() - startedMs) / 60_000;
  const sample = () => takeSample(server.pid, bed.targetStorage, sinceStart());
  const pusher = startPusher(bed, [PUSHED, TIMED], random);
  const samples: Sample[] = [];
  const over = new AbortController();
  const timer = repeatedly(RUN_EVERY_MS, over.signal, async () => {
    await client.post("/runs", { policies: ["timed"] });
  });
  while (sinceStart() < minutes) {
    await delay(SAMPLE_EVERY_MS);
    samples.push(await sample());
    samples.slice(-1).forEach(onSample);
  }
  weather.calm();
  const unequal = await pusher.stop(SETTLE_MS_MAX);
  over.abort();
  await timer;
  await delay(QUIET_MS);
  const last = await sample();
  server.signal("SIGTERM");
  const ended = await server.ended;
  const faults = fronts.reduce((sum, { struck }) => sum + struck, 0);
  await Promise.all(fronts.map((front) => front.close()));
  const { freshnessMs } = pusher;
  const sessionsLost = weather.sessionsLost();
  return {
    samples,
    last,
    pushes: pusher.pushes(),
    faults,
    sessionsLost,
    freshnessMs,
    unequal,
    ended,
  };
}

/** Names stay the registries' own, as they stand in webhooks; requests go through the fronts. */
async function configure(bed: ServeBed, fronts: readonly string[]): Promise<void> {
  const settings = (front: string | undefined) => ({
    endpoint: `http://${front}`,
    stallSeconds: STALL_SECONDS,
  });
  const policy = (name: string, repository: string, triggers: object) => ({
    name,
    source: `${bed.sourceHost}/${repository}`,
    target: `${bed.targetHost}/mirror/${repository}`,
    triggers,
  });
  const schedule = "* * * * *";
  await bed.configure(
    [policy("pushed", PUSHED, { push: true, schedule }), policy("timed", TIMED, { schedule })],
    {
      registries: {
        [bed.sourceHost]: settings(fronts[0]),
        [bed.targetHost]: settings(fronts[1]),
      },
    },
  );
}

async function repeatedly(
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await work();
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
