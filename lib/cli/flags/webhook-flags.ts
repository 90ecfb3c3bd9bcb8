import { type Command, InvalidArgumentError, Option } from "commander";
import { SENDERS, type Sender } from "../../webhook/sender.ts";
import { type ConfigFlags, configFlag } from "./config-flags.ts";
import { addOutputFlags, type OutputFlags } from "./output-flags.ts";

/** Flags of `webhook inspect`. */
export interface WebhookInspectFlags extends OutputFlags, Pick<ConfigFlags, "config"> {
  readonly sender: Sender;
  readonly body: string;
  readonly header?: ReadonlyMap<string, string>;
  readonly query?: string;
  readonly secretRef?: string;
}

/** Adds every flag of `webhook inspect`. */
export function addWebhookInspectFlags(command: Command): Command {
  return addOutputFlags(command)
    .addOption(new Option("--sender <name>", "who sent it").choices(SENDERS).makeOptionMandatory())
    .addOption(
      new Option("--body <file>", "what was sent; - is standard input").makeOptionMandatory(),
    )
    .addOption(new Option("--header <header>", "'Name: value'; may be repeated").argParser(headers))
    .addOption(new Option("--query <string>", "query of the address, with or without ?"))
    .addOption(
      new Option(
        "--secret-ref <reference>",
        "the sender's secret: env:NAME, file:PATH; else IMAGEFERRY_WEBHOOK_SECRET",
      ),
    )
    .addOption(configFlag());
}

/** Collects headers, each written as in HTTP. */
function headers(
  text: string,
  before: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0)).trim();
  if (name === "") throw new InvalidArgumentError("A header is written 'Name: value'.");
  return new Map(before).set(name, text.slice(colon + 1).trim());
}
