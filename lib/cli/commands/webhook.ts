import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Secret } from "../../base/secret.ts";
import type { LoadedConfig } from "../../config/loaded-config.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { WebhookInspectFlags } from "../flags/webhook-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { jsonDocument } from "../output/json.ts";
import { type WebhookInspection, webhookText } from "../output/webhook-text.ts";
import { readConfig } from "../read-config.ts";
import { usageError } from "../usage-error.ts";

const SECRET_REFERENCE = "env:IMAGEFERRY_WEBHOOK_SECRET";

/**
 * Shows what a webhook says and would do; a wrong signature is shown, and no failure.
 *
 * @returns the exit code.
 * @throws {FerryError} `USAGE_BODY_UNREADABLE`, `WEBHOOK_…` when it cannot be read.
 */
export async function runWebhookInspect(
  flags: WebhookInspectFlags,
  context: CliContext,
): Promise<number> {
  const data = openDataWriter(flags.output, context.terminal.stdout);
  try {
    const inspection = await inspect(flags, context);
    const isJson = flags.format === "json";
    data.write(isJson ? jsonDocument(inspection) : `${webhookText(inspection).join("\n")}\n`);
  } finally {
    data.close();
  }
  return EXIT.done;
}

async function inspect(
  flags: WebhookInspectFlags,
  context: CliContext,
): Promise<WebhookInspection> {
  const { sender, header = new Map(), query = "" } = flags;
  const [{ isAuthentic }, { checkBody, readWebhook }] = await Promise.all([
    import("../../webhook/authenticate.ts"),
    import("../../webhook/read-webhook.ts"),
  ]);
  const body = await readBody(flags.body, context);
  const raw = { method: "POST", headers: header, query: new URLSearchParams(query), body };
  checkBody(raw);
  const { events, ignored = null, reply } = readWebhook(raw, { sender });
  const secret = await secretOf(flags, context);
  const config = flags.config === undefined ? undefined : await readConfig(flags, context);
  return {
    authenticated: secret !== undefined && isAuthentic(sender, raw, secret),
    events,
    ignored,
    ...(reply && { response: { status: 200, body: reply } }),
    ...(config && { runs: await runsOf(events, config) }),
  };
}

async function readBody(file: string, { terminal }: CliContext): Promise<Uint8Array> {
  if (file === "-") return buffer(terminal.stdin);
  try {
    return await readFile(file);
  } catch {
    const hint = "Name a file with the body exactly as it was sent, or - for standard input.";
    throw usageError("USAGE_BODY_UNREADABLE", `file ${file} cannot be read`, hint);
  }
}

/** Without a secret nothing is authentic, which is an answer too. */
async function secretOf(
  { secretRef }: WebhookInspectFlags,
  { terminal: { env } }: CliContext,
): Promise<Secret | undefined> {
  if (secretRef === undefined && !env["IMAGEFERRY_WEBHOOK_SECRET"]) return undefined;
  const { openSecrets } = await import("../../runtime/open-secrets.ts");
  return openSecrets(env)(secretRef ?? SECRET_REFERENCE);
}

/** The runs that the events would start in a fresh state. */
async function runsOf(
  events: WebhookInspection["events"],
  { policies, triggers }: LoadedConfig,
): Promise<NonNullable<WebhookInspection["runs"]>> {
  const [{ pushRuns }, { policyDocuments }] = await Promise.all([
    import("../../webhook/push-work.ts"),
    import("../../config/document/policy-document.ts"),
  ]);
  const onPush = policies.filter(({ name }) => triggers.get(name)?.push === true);
  const works = await pushRuns(events, {
    policies,
    onPush: new Set(onPush.map(({ name }) => name)),
    watermarks: { readMany: async () => new Map() },
  });
  return works.map((work) => ({ policies: work.policies.flatMap(policyDocuments) }));
}
