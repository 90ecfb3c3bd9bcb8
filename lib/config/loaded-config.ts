import type { ConfiguredCredential } from "../auth/configured-keychain.ts";
import type { FerryError } from "../base/error.ts";
import type { RegistrySettings } from "../http/origin-settings.ts";
import type { SyncPolicy } from "../sync/policy.ts";
import type { ApiConfig } from "./api-from-schema.ts";
import type { NotificationConfig } from "./notifications-from-schema.ts";
import type { WebhookConfig } from "./webhooks-from-schema.ts";

/** Where the credential for a registry, namespace or repository comes from. */
export type CredentialConfig = ConfiguredCredential;

/** A rule that cannot be followed; the others go on. */
export interface RuleProblem {
  /** The policy's name, or the rule as written. */
  readonly rule: string;
  readonly error: FerryError;
}

/** When a policy runs by itself. */
export interface PolicyTriggers {
  /** Five cron fields, a word such as `@daily`, or `every 6h`. */
  readonly schedule?: string;
  /** Of the cron fields, such as `Europe/Berlin`; UTC when left out. */
  readonly timeZone?: string;
  /** Run when the source's registry reports a push. */
  readonly push?: boolean;
}

/** Settings of registries and the credentials for them. */
export interface RegistryConfigs {
  readonly registries: readonly RegistrySettings[];
  /** By registry, registry/namespace or whole repository; the longest key that matches counts. */
  readonly credentials: ReadonlyMap<string, CredentialConfig>;
}

/** A configuration in its one meaning, whatever the format it was written in. */
export interface LoadedConfig extends RegistryConfigs {
  readonly format: "imageferry" | "image-syncer";
  readonly policies: readonly SyncPolicy[];
  /** By policy name; a policy without triggers has none. */
  readonly triggers: ReadonlyMap<string, PolicyTriggers>;
  /** By the last part of the path; left out: none. */
  readonly webhooks?: ReadonlyMap<string, WebhookConfig>;
  /** Left out: nobody has a token. */
  readonly api?: ApiConfig;
  /** In the order of the file; left out: nobody is told. */
  readonly notifications?: readonly NotificationConfig[];
  readonly problems: readonly RuleProblem[];
  readonly warnings: readonly string[];
}
