import { addWebhookInspectFlags, type WebhookInspectFlags } from "../flags/webhook-flags.ts";
import type { CommandTree } from "./command-tree.ts";

const AFTER_INSPECT = `
With --config it also tells which runs the webhook would start. Nothing is started.`;

/** Adds the commands about webhooks of registries. */
export function addWebhookCommands({ program, context, finish }: CommandTree): void {
  const webhook = program.command("webhook").description("look into webhooks of registries");
  addWebhookInspectFlags(webhook.command("inspect"))
    .description("show what a webhook says, and whether its secret or signature is right")
    .addHelpText("after", AFTER_INSPECT)
    .action(async (flags: WebhookInspectFlags) => {
      const { runWebhookInspect } = await import("../commands/webhook.ts");
      finish(await runWebhookInspect(flags, context));
    });
}
