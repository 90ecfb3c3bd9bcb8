import type { ConfigInput } from "../schema.ts";
import type { WebhookConfig } from "../webhooks-from-schema.ts";

/** Webhooks as `imageferry.yaml` holds them. */
type WebhookDocuments = NonNullable<ConfigInput["webhooks"]>;

/** Writes webhooks as the file holds them; their secrets are references, which may be shown. */
export function webhookDocuments(webhooks: ReadonlyMap<string, WebhookConfig>): WebhookDocuments {
  return Object.fromEntries(
    [...webhooks].map(([name, { sender, secret, registry, hosts }]) => [
      name,
      {
        ...(sender !== name && { sender }),
        secret,
        ...(registry !== undefined && { registry }),
        ...(hosts && { hosts: Object.fromEntries(hosts) }),
      },
    ]),
  );
}
