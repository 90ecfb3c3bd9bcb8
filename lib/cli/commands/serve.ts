import { systemRandom } from "../../base/random.ts";
import { createFunctionLog } from "../../observe/function-log.ts";
import { type CliContext, userAgentOf } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { ServeFlags } from "../flags/serve-flags.ts";
import { configOptionsOf } from "../read-config.ts";

/**
 * Serves until somebody ends it; its log goes to standard error, a JSON object a line.
 *
 * @returns the exit code.
 * @throws {FerryError} what `serve` of the web throws before it listens.
 */
export async function runServe(flags: ServeFlags, context: CliContext): Promise<number> {
  const { env, home, clock, signal, stderr } = context.terminal;
  const { state, authfile } = flags;
  const [{ serve }, { parseListenAddress }, { loadConfig }, { keepHeapLean }] = await Promise.all([
    import("../../web/serve.ts"),
    import("../../web/listen-on.ts"),
    import("../../config/load-config.ts"),
    import("../../runtime/lean-heap.ts"),
  ]);
  keepHeapLean(clock);
  const level = flags.logLevel;
  const log = createFunctionLog({ level, clock, write: (line) => void stderr.write(line) });
  const options = configOptionsOf(flags);
  await serve({
    ...{ env, home, clock, signal, log, random: systemRandom, jobs: flags.jobs, onHangUp },
    userAgent: userAgentOf(context),
    listen: parseListenAddress(flags.listen),
    graceMs: flags.grace * 1000,
    ...(state !== undefined && { state }),
    ...(authfile !== undefined && { authFile: authfile }),
    load: (read) => loadConfig({ env, home, ...options, read }),
  });
  return EXIT.done;
}

function onHangUp(reload: () => void): () => void {
  process.on("SIGHUP", reload);
  return () => void process.off("SIGHUP", reload);
}
