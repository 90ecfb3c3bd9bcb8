import { Readable, Writable } from "node:stream";
import type { Clock } from "../../lib/base/clock.ts";
import type { CliContext } from "../../lib/cli/cli-context.ts";
import { runProgram } from "../../lib/cli/program.ts";
import type { Services } from "../../lib/cli/services.ts";
import type { InputStream, OutputStream, Terminal } from "../../lib/cli/terminal.ts";
import type { Ferry, FerryOptions } from "../../lib/runtime/ferry.ts";
import { checkReport } from "../../lib/sync/check-report.ts";
import type { EventSink } from "../../lib/sync/events.ts";
import { planReport } from "../../lib/sync/plan-report.ts";
import { createReportFold } from "../../lib/sync/report-fold.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const NOT_LOOKED = { manifests: 0, blobs: 0, bytesRead: 0 };

/** A stream that keeps what is written to it. */
export class MemoryStream extends Writable implements OutputStream {
  readonly isTTY: boolean;
  readonly columns = 80;
  text = "";

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** What one call of the command line did. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** With what the ferry was built and called. */
  readonly calls: FerryCalls;
}

/** What commands asked of the ferry. */
export interface FerryCalls {
  options?: FerryOptions;
  plan?: Parameters<Ferry["plan"]>;
  check?: Parameters<Ferry["check"]>;
  sync?: Parameters<Ferry["sync"]>;
  retry?: Parameters<Ferry["retry"]>;
  logins: Parameters<Services["verifyLogin"]>[];
  closed: number;
}

/** What a test wants to be otherwise than usual. */
export interface Situation {
  readonly env?: Readonly<Record<string, string>>;
  readonly ferry?: Partial<Ferry>;
  /** Events of the run that `sync` and `retry` make. */
  readonly run?: (emit: EventSink) => void;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly home?: string;
  readonly verifyLogin?: Services["verifyLogin"];
}

/** Runs the command line in memory. */
export async function runCli(args: readonly string[], situation: Situation = {}): Promise<Outcome> {
  const stdout = new MemoryStream();
  const stderr = new MemoryStream();
  const stdin: InputStream = Readable.from([situation.stdin ?? ""]);
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    env: situation.env ?? {},
    home: situation.home ?? "/nowhere",
    clock: new VirtualClock(),
    signal: situation.signal ?? new AbortController().signal,
  };
  const calls: FerryCalls = { logins: [], closed: 0 };
  const context: CliContext = {
    terminal,
    version: "1.2.3",
    services: fakeServices(situation, calls, terminal.clock),
  };
  const exitCode = await runProgram(args, context);
  return { exitCode, stdout: stdout.text, stderr: stderr.text, calls };
}

function fakeServices(situation: Situation, calls: FerryCalls, clock: Clock): Services {
  return {
    createFerry: async (options) => {
      calls.options = options;
      return {
        ...fakeFerry(situation, calls, { clock, onEvent: options.onEvent }),
        ...situation.ferry,
      };
    },
    verifyLogin: async (...login) => {
      calls.logins.push(login);
      await situation.verifyLogin?.(...login);
    },
  };
}

function fakeFerry(
  situation: Situation,
  calls: FerryCalls,
  ports: { readonly clock: Clock; readonly onEvent: EventSink },
): Ferry {
  const run = () => {
    const fold = createReportFold("run-1", { clock: ports.clock });
    const emit: EventSink = (event) => {
      fold.sink(event);
      ports.onEvent(event);
    };
    emit({ type: "run.started", runId: "run-1", policies: 1 });
    situation.run?.(emit);
    emit({ type: "run.enumerated", runId: "run-1", tasks: 0 });
    return fold.report();
  };
  return {
    plan: async (...args) => {
      calls.plan = args;
      return planReport([], []);
    },
    check: async (...args) => {
      calls.check = args;
      return checkReport({ depth: args[1].depth, tags: [], errors: [], lookedAt: NOT_LOOKED });
    },
    sync: async (...args) => {
      calls.sync = args;
      return run();
    },
    retry: async (...args) => {
      calls.retry = args;
      return run();
    },
    runs: async () => [],
    run: async () => undefined,
    report: async () => undefined,
    async *tags() {
      yield* ["1.0", "2.0"];
    },
    close: async () => {
      calls.closed += 1;
    },
  };
}
