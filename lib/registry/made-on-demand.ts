import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import { SingleFlight } from "../base/single-flight.ts";
import type { RegistryClient } from "./registry-call.ts";
import type { RepositoryWriter } from "./repository.ts";
import type { RepositoryMaker } from "./repository-maker.ts";

/** Who makes a repository, and the client of its registry. */
export interface OnDemandOptions {
  readonly maker: RepositoryMaker;
  readonly client: Pick<RegistryClient, "pause" | "renewAccess">;
}

/** A repository just made may not be known everywhere at once. */
const PAUSES_MS: readonly number[] = [1_000, 4_000];

/** Refusals that vendors give for repositories that are not there, too. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["DENIED", "CREDENTIALS_REFUSED", "TOKEN_REFUSED"]);

/**
 * A repository that is made when the first write finds it missing: uploads and manifests are what
 * a repository begins with, and a refused mount is followed by an upload.
 *
 * @throws {FerryError} from the writes: what the maker throws besides their own.
 */
export function madeOnDemand(
  writer: RepositoryWriter,
  { maker, client }: OnDemandOptions,
): RepositoryWriter {
  const { repository } = writer.name;
  const flights = new SingleFlight<void>();
  let timesMade = 0;

  async function isMissing(error: unknown): Promise<boolean> {
    if (!(error instanceof FerryError)) return false;
    if (error.code === "NAME_UNKNOWN") return true;
    if (!AMBIGUOUS.has(error.code) || maker.exists === undefined) return false;
    return !(await maker.exists(repository));
  }

  const make = () =>
    flights.run(repository, async () => {
      await maker.make(repository);
      await client.renewAccess(repository);
      timesMade++;
    });

  async function written<T>(write: () => Promise<T>, options?: CallOptions): Promise<T> {
    const timesBefore = timesMade;
    try {
      return await write();
    } catch (error) {
      if (!(await isMissing(error))) throw error;
    }
    // Somebody else may have made it while this write was under way.
    if (timesMade === timesBefore) await make();
    return whenKnown(write, PAUSES_MS, (pauseMs) => client.pause(pauseMs, options?.signal));
  }

  return {
    ...writer,
    async listTags(options) {
      try {
        return await writer.listTags(options);
      } catch (error) {
        if (await isMissing(error)) return undefined;
        throw error;
      }
    },
    startUpload: (options) => written(() => writer.startUpload(options), options),
    pushManifest: (manifest, reference, options) =>
      written(() => writer.pushManifest(manifest, reference, options), options),
  };
}

/** Writes into what was just made; a refusal that may pass is waited out, once per pause. */
async function whenKnown<T>(
  write: () => Promise<T>,
  [pauseMs, ...later]: readonly number[],
  wait: (pauseMs: number) => Promise<void>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (pauseMs === undefined || !mayBeNew(error)) throw error;
  }
  await wait(pauseMs);
  return whenKnown(write, later, wait);
}

/** Whether a refusal may go away by itself once the registry knows what was made. */
function mayBeNew(error: unknown): boolean {
  if (!(error instanceof FerryError)) return false;
  return error.code === "NAME_UNKNOWN" || AMBIGUOUS.has(error.code);
}
