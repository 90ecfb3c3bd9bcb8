import type { FunctionLog } from "../../lib/observe/function-log.ts";
import {
  type FunctionVariables,
  readFunctionSettings,
} from "../../lib/runtime/function-settings.ts";
import { openWebhooks } from "../../lib/runtime/open-webhooks.ts";
import type { WebhookReceiver } from "../../lib/webhook/receive-webhook.ts";
import { openLate } from "./open-late.ts";
import { openProcessLog } from "./process-log.ts";

/** What the webhook function works with; made once, it serves every invocation of its process. */
export interface WebhookEnvironment {
  readonly log: FunctionLog;
  /**
   * The receiver, opened at the first call; an opening that failed is tried again by the next.
   *
   * @throws {FerryError} `SETTING_…`, `CONFIG_…`, `STATE_…`.
   */
  open(): Promise<WebhookReceiver>;
}

/** What a platform gives to the environment of its webhook function. */
export interface WebhookEnvironmentOptions {
  readonly env: FunctionVariables;
  /** Folder of the code, where the configuration is unless a variable says otherwise. */
  readonly codeFolder: string;
}

/** Makes the environment of a process; nothing is read or opened yet. */
export function createWebhookEnvironment({
  env,
  codeFolder,
}: WebhookEnvironmentOptions): WebhookEnvironment {
  const log = openProcessLog(env);
  const open = openLate(() => openWebhooks(readFunctionSettings(env, codeFolder), { env, log }));
  return { log, open };
}
