import type { CallOptions } from "../base/call-options.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError } from "../base/error.ts";
import type { HttpHeaders, Transport } from "../http/transport.ts";
import type { Authorizer, Scope } from "./authorizer.ts";
import { basicHeader } from "./basic.ts";
import { BearerTokens, bearerHeader } from "./bearer-tokens.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credential } from "./credential.ts";
import { CredentialLookup, type KnownCredential } from "./credential-lookup.ts";
import { credentialsRefused } from "./credentials-refused.ts";
import type { Keychain } from "./keychain.ts";
import { parseScopes, type ScopeSet, scopeSetOf, uniteScopes } from "./scope.ts";

/** Whose requests are to be authorised, and with what. */
export interface AuthorizerOptions {
  /** Name as it stands in references; the keychain is asked for it. */
  readonly registry: string;
  /** Where requests for the registry really go. */
  readonly origin: URL;
  readonly keychain: Keychain;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Told to token servers; `imageferry` when left out. */
  readonly clientId?: string;
  /** Hosts or origins besides the registry's own that may see its credentials. */
  readonly tokenRealms?: readonly string[];
}

/** How the registry wants to be proven to. */
type Way =
  | { readonly kind: "basic" }
  | { readonly kind: "bearer"; readonly realm: string; readonly service: string | undefined };

/** One request to be authorised. */
interface Subject {
  readonly repository: string;
  readonly scopes: ScopeSet;
  /** The value that was refused. */
  readonly sent: string | undefined;
  readonly options: CallOptions;
}

/**
 * Makes the {@link Authorizer} of one registry (distribution, *Token Authentication*; RFC 7617):
 * Bearer where it is offered, else Basic; what worked is sent at once from then on.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  return new TokenAuthorizer(options);
}

class TokenAuthorizer implements Authorizer {
  readonly #registry: string;
  readonly #credentials: CredentialLookup;
  readonly #tokens: BearerTokens;
  #way: Way | undefined;

  constructor(options: AuthorizerOptions) {
    const { registry, origin, transport, clock, tokenRealms = [] } = options;
    this.#registry = registry;
    this.#credentials = new CredentialLookup(options);
    this.#tokens = new BearerTokens({
      owner: { registry, origin, tokenRealms },
      wire: { transport, clock },
      clientId: options.clientId ?? "imageferry",
    });
  }

  async headerFor(
    scopes: readonly Scope[],
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const way = this.#way;
    if (way === undefined) return undefined;
    const { id, credential } = await this.#credentials.find(repositoryOf(scopes), options);
    if (way.kind === "basic" || credential?.kind === "registryToken") {
      return plainHeader(way, credential);
    }
    const need = { ...way, scopes: scopeSetOf(scopes), credential, credentialId: id };
    try {
      return await this.#tokens.headerFor(need, options);
    } catch (error) {
      if (options.signal?.aborted || !isFinal(error)) throw error;
      // Whether this request needs a token at all is for the registry to say: its challenge
      // leads to the same refusal, with all that belongs in the message.
      this.#way = undefined;
      return undefined;
    }
  }

  async answerChallenge(
    headers: HttpHeaders,
    scopes: readonly Scope[],
    sent: string | undefined,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const challenges = parseChallenges(headers);
    const way = this.#choose(challenges, sent);
    if (way === undefined) return undefined;
    const subject: Subject = {
      repository: repositoryOf(scopes),
      scopes: uniteScopes(scopeSetOf(scopes), challengedScopes(challenges)),
      sent,
      options,
    };
    const known = await this.#credentials.find(subject.repository, options);
    const header = await this.#proveOrReplace(way, known, subject);
    if (header !== undefined) this.#way = way;
    return header;
  }

  async forget(scopes: readonly Scope[]): Promise<void> {
    const { id } = await this.#credentials.find(repositoryOf(scopes));
    this.#tokens.forget(id, scopeSetOf(scopes));
  }

  #choose(challenges: readonly Challenge[], sent: string | undefined): Way | undefined {
    const bearer = challenges.find(isBearer);
    const realm = bearer?.parameters.get("realm");
    if (realm !== undefined) {
      return { kind: "bearer", realm, service: bearer?.parameters.get("service") };
    }
    if (!challenges.some(({ scheme }) => scheme === "basic")) return undefined;
    // Harbor answers a refused token with a Basic challenge: that is no offer of another way.
    const refusedToken = sent?.startsWith("Bearer ") && this.#way?.kind === "bearer";
    return refusedToken ? this.#way : { kind: "basic" };
  }

  /** A refused credential is looked up once more, since it may have been replaced meanwhile. */
  async #proveOrReplace(way: Way, known: KnownCredential, subject: Subject) {
    try {
      return await this.#prove(way, known, subject);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { repository, options } = subject;
      const other = await this.#credentials.replace(repository, known.id, options);
      if (other.id !== known.id) return this.#prove(way, other, subject);
      this.#way = undefined;
      throw error;
    }
  }

  async #prove(way: Way, known: KnownCredential, subject: Subject): Promise<string | undefined> {
    const { id: credentialId, credential } = known;
    const { repository, scopes, sent, options } = subject;
    const refused = (cause?: FerryError) =>
      credentialsRefused({
        registry: this.#registry,
        repository,
        credential,
        nearestKey: this.#credentials.nearestKey(),
        ...(cause !== undefined && { cause }),
      });
    if (way.kind === "bearer" && credential?.kind !== "registryToken") {
      const need = { ...way, scopes, credential, credentialId };
      return this.#tokens.replace(need, sent, options).catch((error: unknown) => {
        throw isRefusal(error) ? refused(error) : error;
      });
    }
    const header = plainHeader(way, credential);
    if (header === undefined || header === sent) throw refused();
    return header;
  }
}

/** The header of a credential that is sent as it is; `undefined` when it does not fit the way. */
function plainHeader({ kind }: Way, credential: Credential | undefined): string | undefined {
  if (kind === "bearer") {
    return credential?.kind === "registryToken" ? bearerHeader(credential.token) : undefined;
  }
  return credential?.kind === "basic"
    ? basicHeader(credential.username, credential.password)
    : undefined;
}

function isBearer({ scheme, parameters }: Challenge): boolean {
  return scheme === "bearer" && parameters.has("realm");
}

function challengedScopes(challenges: readonly Challenge[]): ScopeSet {
  return parseScopes(challenges.find(isBearer)?.parameters.get("scope") ?? "");
}

function repositoryOf(scopes: readonly Scope[]): string {
  const [first] = scopes;
  return first?.kind === "repository" ? first.repository : "";
}

function isRefusal(error: unknown): error is FerryError {
  return error instanceof FerryError && error.code === "CREDENTIALS_REFUSED";
}

/** Tells a refusal from a fault that passes. */
function isFinal(error: unknown): boolean {
  return error instanceof FerryError && error.remedy !== "retry" && error.remedy !== "retryAfter";
}
