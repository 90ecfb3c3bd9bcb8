import type { SecretSource } from "../auth/configured-keychain.ts";
import type { RegistrySettings, TlsSettings } from "../http/origin-settings.ts";
import { formatManifestReference, formatRepository } from "../oci/reference.ts";
import type { NamedReference, SyncPolicy, TagPattern, TargetMapping } from "../sync/policy.ts";
import type { CredentialConfig, LoadedConfig, PolicyTriggers } from "./loaded-config.ts";

/** A configuration as plain data, ready for JSON or YAML. */
export interface ShownConfig {
  readonly format: LoadedConfig["format"];
  /** By registry, namespace or repository. */
  readonly registries: Readonly<Record<string, object>>;
  readonly policies: readonly object[];
  readonly problems: readonly object[];
  readonly warnings: readonly string[];
}

/** The configuration as it works, defaults filled in and secrets masked. */
export function showConfig(config: LoadedConfig): ShownConfig {
  const { format, registries, credentials, policies, triggers, problems, warnings } = config;
  const shown = new Map<string, object>();
  for (const settings of registries) shown.set(settings.registry, showRegistry(settings));
  for (const [key, credential] of credentials) {
    shown.set(key, { ...shown.get(key), credentials: showCredential(credential) });
  }
  return {
    format,
    registries: Object.fromEntries(shown),
    policies: policies.map((policy) => showPolicy(policy, triggers.get(policy.name))),
    problems: problems.map(({ rule, error }) => ({
      rule,
      code: error.code,
      message: error.message,
    })),
    warnings,
  };
}

function showRegistry({
  registry: _name,
  tls,
  endpoint,
  proxy,
  ...rest
}: RegistrySettings): object {
  return {
    ...(endpoint && { endpoint: endpoint.origin }),
    ...(proxy && { proxy: proxy.origin }),
    ...rest,
    ...(tls && showTls(tls)),
  };
}

function showTls({ ca, certificate, key, insecureSkipVerify }: TlsSettings): object {
  return {
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { clientCertificate: certificate }),
    ...(key && { clientKey: String(key) }),
    ...(insecureSkipVerify !== undefined && { insecureSkipTlsVerify: insecureSkipVerify }),
  };
}

function showCredential(credential: CredentialConfig): object {
  if ("from" in credential) return { from: credential.from };
  if ("identityToken" in credential) return { identityToken: showSecret(credential.identityToken) };
  return { username: credential.username, password: showSecret(credential.password) };
}

function showSecret(source: SecretSource): string {
  return source.kind === "reference" ? source.reference : String(source.secret);
}

function showPolicy(policy: SyncPolicy, triggers: PolicyTriggers | undefined): object {
  const { name, source, select, targets, options } = policy;
  return {
    name,
    source: formatRepository(source),
    target: targets.map(showTarget),
    tags: select.kind === "named" ? select.references.map(showReference) : showFilter(select),
    ...options,
    ...(triggers && { triggers }),
  };
}

function showTarget({ repository, references = [] }: TargetMapping): string {
  const [first, ...others] = references.map(formatManifestReference);
  const rest = others.map((reference) => `,${reference.slice(1)}`);
  return `${formatRepository(repository)}${first ?? ""}${rest.join("")}`;
}

function showReference({ reference, tag = "" }: NamedReference): string {
  return reference.kind === "tag" ? reference.tag : `${tag}${tag && "@"}${reference.digest}`;
}

function showFilter(select: Extract<SyncPolicy["select"], { readonly kind: "listed" }>): object {
  const { kind: _kind, include, exclude, ...rest } = select;
  return { include: include.map(showPattern), exclude: exclude.map(showPattern), ...rest };
}

function showPattern({ kind, pattern }: TagPattern): string {
  return kind === "glob" ? pattern : `/${pattern}/`;
}
