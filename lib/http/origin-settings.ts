import type { Secret } from "../base/secret.ts";

/** TLS settings of one registry, contents not paths. */
export interface TlsSettings {
  /** PEM certificates to trust besides the system's. */
  readonly ca?: string;
  /** PEM client certificate. */
  readonly certificate?: string;
  /** PEM key of the client certificate. */
  readonly key?: Secret;
  readonly insecureSkipVerify?: boolean;
}

/** How missing repositories are made. */
export interface RepositoryCreation {
  /** Scan images for vulnerabilities when they are pushed; Amazon ECR only. */
  readonly scanOnPush?: boolean;
  /** Tags cannot be moved; Amazon ECR and Alibaba's Enterprise edition only. */
  readonly immutableTags?: boolean;
}

/** How to reach one registry; the `registries:` section of the configuration, resolved. */
export interface RegistrySettings {
  /** Name as it stands in references: `host[:port]`, normal form. */
  readonly registry: string;
  /** Where requests for that name go, when not to the name itself. */
  readonly endpoint?: URL;
  readonly plainHttp?: boolean;
  /** image-syncer's `insecure`: HTTPS without verification first, then plain HTTP. */
  readonly plainHttpFallback?: boolean;
  readonly tls?: TlsSettings;
  readonly proxy?: URL;
  /** Upper bound of requests at once. */
  readonly concurrency?: number;
  readonly requestsPerSecond?: number;
  /** Longest silence within an exchange before its connection is given up; 30 s when left out. */
  readonly stallMs?: number;
  /** Token realms besides the registry's own origin that may see its credentials. */
  readonly tokenRealms?: readonly string[];
  /** Other hosts that upload locations and redirects may lead to although their address is private. */
  readonly allowedHosts?: readonly string[];
  readonly quirks?: readonly string[];
  /** Make repositories that are missing when something is first written to them. */
  readonly createRepositories?: RepositoryCreation | false;
}

/** How one origin is connected to. */
export interface ConnectionSettings {
  readonly tls?: TlsSettings;
  /** HTTP proxy; user and password in it are sent to it. */
  readonly proxy?: URL;
  /** Longest silence within an exchange; the transport's own limits when left out. */
  readonly stallMs?: number;
  /** Addresses of private networks may be connected to. */
  readonly allowPrivate: boolean;
  readonly allowLoopback: boolean;
}
