import { collect } from "../base/byte-stream.ts";
import { FerryError } from "../base/error.ts";

/** One call of a docker credential helper (docker-credential-helpers, *Protocol*). */
export interface HelperCall {
  /** What follows `docker-credential-`. */
  readonly name: string;
  readonly action: "get" | "store" | "erase";
  /** A server's name, or for `store` the JSON of server, user and secret. */
  readonly input: string;
}

/** How a helper ended. */
export interface HelperOutcome {
  readonly ok: boolean;
  /** The answer, or when it failed its words. */
  readonly output: string;
}

/**
 * Runs a credential helper.
 *
 * @throws {FerryError} `HELPER_MISSING` (fixInput) when it cannot be started.
 */
export type RunHelper = (call: HelperCall) => Promise<HelperOutcome>;

/** Long enough for a helper that asks a cloud or unlocks a key ring. */
const HELPER_MS_MAX = 60_000;
const ANSWER_BYTES_MAX = 256 * 1024;

/** Runs `docker-credential-NAME` from PATH, without a shell; ends it after a minute. */
export const spawnHelper: RunHelper = async ({ name, action, input }) => {
  const program = `docker-credential-${name}`;
  const { spawn } = await import("node:child_process");
  const child = spawn(program, [action], {
    stdio: ["pipe", "pipe", "ignore"],
    timeout: HELPER_MS_MAX,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A helper that ends without reading its input is no fault of ours.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  try {
    const [code, bytes] = await Promise.all([ended, collect(child.stdout, ANSWER_BYTES_MAX)]);
    if (code === null) return { ok: false, output: "it did not end by itself" };
    if (bytes === undefined) return { ok: false, output: "its answer is too long" };
    return { ok: code === 0, output: new TextDecoder().decode(bytes).trim() };
  } catch (error) {
    throw new FerryError(`${program} cannot be run`, {
      code: "HELPER_MISSING",
      remedy: "fixInput",
      hint: `Install ${program} on the PATH, or take it out of credsStore and credHelpers.`,
      cause: error,
    });
  }
};
