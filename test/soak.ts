import { type Sample, slopeOf } from "./support/soak/samples.ts";
import { type SoakResult, soak } from "./support/soak/soak.ts";

// `npm run soak [MINUTES]`: `imageferry serve` for a long time, with pushes, timers and a network
// that fails; ends with 1 when it grows, or when anything is not at the target in the end.

const MINUTES = Number(process.argv[2] ?? 10);
/** Caches fill, and code is compiled. */
const WARM_UP_MINUTES = Math.min(2, MINUTES / 3);
const TELL_EVERY = 10;
const SEED = 1;

const RSS_MIB_A_MINUTE_MAX = 1;

let told = 0;
const result = await soak({
  minutes: MINUTES,
  seed: SEED,
  onSample: (sample) => {
    if (told++ % TELL_EVERY === 0) console.log(lineOf(sample));
  },
});
const broken = report(result);
for (const line of broken) console.log(`BROKEN: ${line}`);
process.exitCode = broken.length > 0 ? 1 : 0;

/** Prints what was seen. @returns the bounds that were broken. */
function report({ samples, last, ...seen }: SoakResult): string[] {
  const warm = samples.filter(({ minutes }) => minutes >= WARM_UP_MINUTES);
  const slope = slopeOf(warm.map(({ minutes, rssMib }) => [minutes, rssMib]));
  // Connections come and go while there is work: what is left at rest is what was lost.
  const grown = last.descriptors - Math.min(...warm.map(({ descriptors }) => descriptors));
  const fresh = [...seen.freshnessMs].sort((a, b) => a - b);
  const seconds = (share: number) =>
    ((fresh[Math.floor((fresh.length - 1) * share)] ?? Number.NaN) / 1000).toFixed(1);
  console.log(`at rest: ${lineOf(last)}`);
  console.log(`${seen.pushes} pushes, ${seen.faults} faults`);
  console.log(`RSS: ${slope.toFixed(2)} MiB a minute after ${WARM_UP_MINUTES} minutes`);
  console.log(`file descriptors: ${grown} more at rest than at the quietest moment of the work`);
  console.log(`upload sessions left: ${last.sessions}, ${seen.sessionsLost} were lost by faults`);
  console.log(
    `freshness: ${seconds(0.5)} s at the median, ${seconds(0.95)} s at 95 %, ${seconds(1)} s at worst`,
  );
  return [
    ...(slope < RSS_MIB_A_MINUTE_MAX ? [] : [`RSS grows by ${slope.toFixed(2)} MiB a minute`]),
    ...(grown <= 0 ? [] : [`${grown} more file descriptors`]),
    ...(last.sessions <= seen.sessionsLost ? [] : [`${last.sessions} upload sessions left`]),
    ...seen.unequal.map((name) => `${name} is not at the target`),
    ...(seen.ended.code === 0 ? [] : [`the server ended with ${JSON.stringify(seen.ended)}`]),
  ];
}

function lineOf({ minutes, rssMib, descriptors, sessions }: Sample): string {
  return [
    `${minutes.toFixed(1)} min`,
    `${rssMib.toFixed(1)} MiB`,
    `${descriptors} descriptors`,
    `${sessions} sessions`,
  ].join(", ");
}
