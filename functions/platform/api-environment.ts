import { homedir } from "node:os";
import { systemRandom } from "../../lib/base/random.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { VERSION } from "../../lib/cli/version.ts";
import type { FunctionLog } from "../../lib/observe/function-log.ts";
import { loadFunctionConfig } from "../../lib/runtime/function-config.ts";
import {
  type FunctionVariables,
  readFunctionSettings,
} from "../../lib/runtime/function-settings.ts";
import { openDispatch } from "../../lib/runtime/open-dispatch.ts";
import { openState } from "../../lib/state/open-state.ts";
import type { ApiHandler } from "../../lib/web/api-request.ts";
import { createApi } from "../../lib/web/create-api.ts";
import { createRunService } from "../../lib/web/stored-run-service.ts";
import { createTokenCheck } from "../../lib/web/token-check.ts";
import { openLate } from "./open-late.ts";
import { openProcessLog } from "./process-log.ts";

/** What the API function works with; made once, it serves every invocation of its process. */
export interface ApiEnvironment {
  readonly log: FunctionLog;
  /**
   * The API, opened at the first call; an opening that failed is tried again by the next.
   *
   * @throws {FerryError} `SETTING_…`, `CONFIG_…`, `STATE_…`.
   */
  open(): Promise<ApiHandler>;
}

/** What a platform gives to the environment of its API function. */
export interface ApiEnvironmentOptions {
  readonly env: FunctionVariables;
  /** Folder of the code, where the configuration is unless a variable says otherwise. */
  readonly codeFolder: string;
}

/** Makes the environment of a process; nothing is read or opened yet. */
export function createApiEnvironment(options: ApiEnvironmentOptions): ApiEnvironment {
  const log = openProcessLog(options.env);
  return { log, open: openLate(() => openApi(options, log)) };
}

async function openApi(
  { env, codeFolder }: ApiEnvironmentOptions,
  log: FunctionLog,
): Promise<ApiHandler> {
  const settings = readFunctionSettings(env, codeFolder);
  const parts = { clock: systemClock, random: systemRandom };
  const [config, table, dispatch, { dashboardPages }] = await Promise.all([
    loadFunctionConfig(settings.configFile, env),
    openState(settings.state, { ...parts, env }),
    openDispatch(settings.dispatch, env),
    import("../../lib/web/dashboard/dashboard-pages.ts"),
  ]);
  const service = createRunService({
    ...{ ...parts, config, table, emit: log.sink },
    dispatcher: dispatch.tasks,
    launcher: dispatch.runs,
    // Plans alone ask registries; everything else starts the faster without them.
    repositories: async () => {
      const { openFleet } = await import("../../lib/runtime/open-fleet.ts");
      const userAgent = `imageferry/${VERSION}`;
      const rest = { env, home: homedir(), userAgent, emit: log.sink };
      return (await openFleet({ ...config, ...rest })).fleet;
    },
  });
  const check = createTokenCheck(config.api?.tokens ?? [], systemClock);
  const pages = dashboardPages({ service, check, clock: systemClock });
  return createApi({ service, config, pages, clock: systemClock, log: log.write });
}
