import type { FerryError } from "../base/error.ts";
import { normalizeRegistry } from "../oci/reference.ts";
import type { WebhookOrigin } from "../webhook/read-webhook.ts";
import { isSender, SENDERS } from "../webhook/sender.ts";
import { configError } from "./config-error.ts";
import type { WebhooksFields } from "./webhooks-schema.ts";

/** One address that webhooks are sent to, as it is configured. */
export interface WebhookConfig extends WebhookOrigin {
  /** Reference to the secret. */
  readonly secret: string;
}

/**
 * Makes the webhooks of a configuration, by the last part of their paths.
 *
 * @throws {FerryError} `CONFIG_INVALID` when nothing tells an entry's sender.
 */
export function webhooksFromFields(
  file: string,
  fields: WebhooksFields,
): ReadonlyMap<string, WebhookConfig> {
  return new Map(
    Object.entries(fields).map(([name, { sender = name, secret, registry, hosts = {} }]) => {
      if (!isSender(sender)) throw noSender(file, name);
      const aliases = Object.entries(hosts).map(([told, meant]): [string, string] => [
        normalizeRegistry(told),
        normalizeRegistry(meant),
      ]);
      const webhook: WebhookConfig = {
        sender,
        secret,
        ...(registry !== undefined && { registry: normalizeRegistry(registry) }),
        ...(aliases.length > 0 && { hosts: new Map(aliases) }),
      };
      return [name, webhook];
    }),
  );
}

function noSender(file: string, name: string): FerryError {
  return configError(
    "CONFIG_INVALID",
    `${file}: webhooks entry "${name}" does not tell who sends it`,
    `Write sender, one of ${SENDERS.join(", ")}.`,
  );
}
