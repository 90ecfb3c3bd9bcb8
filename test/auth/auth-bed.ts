import type { Authorizer, Scope } from "../../lib/auth/authorizer.ts";
import type { Credential } from "../../lib/auth/credential.ts";
import type { Keychain } from "../../lib/auth/keychain.ts";
import { formatScopes, scopeSetOf } from "../../lib/auth/scope.ts";
import { type AuthorizerOptions, createAuthorizer } from "../../lib/auth/token-authorizer.ts";
import { FerryError } from "../../lib/base/error.ts";
import { Secret } from "../../lib/base/secret.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { type LocalServer, startServer } from "./local-server.ts";
import { nodeTransport } from "./node-transport.ts";
import { RegistryStub, type StubSwitches } from "./registry-stub.ts";

/** An authorizer before a registry with habits. */
export interface AuthBed {
  readonly clock: VirtualClock;
  readonly stub: RegistryStub;
  readonly server: LocalServer;
  readonly authorizer: Authorizer;
  /** Does what the registry client does: asks, answers one 401, asks again; gives the status. */
  ask(...scopes: readonly Scope[]): Promise<number>;
  /** How many requests came to the token endpoint, and how many elsewhere. */
  counts(): { readonly token: number; readonly registry: number };
}

export const PULL: Scope = { kind: "repository", repository: "a/b", actions: ["pull"] };
export const PUSH: Scope = { kind: "repository", repository: "a/b", actions: ["pull", "push"] };

/** Makes a basic credential. */
export function basic(username: string, password: string): Credential {
  return { kind: "basic", username, password: new Secret(password) };
}

/** A keychain with one answer, which may change between calls. */
export function keychainWith(answer: () => Credential | undefined): Keychain {
  return { credentialFor: async () => answer() };
}

/** The error that work must fail with. */
export async function errorOf(work: Promise<unknown>): Promise<FerryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FerryError) return error;
  throw new Error(`expected a FerryError, got ${error}`);
}

/** Builds a bed, runs the test, and stops the server whatever happens. */
export async function withBed(
  setup: {
    readonly switches?: StubSwitches;
    readonly credential?: Credential;
    readonly options?: Partial<AuthorizerOptions>;
  },
  test: (bed: AuthBed) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const stub = new RegistryStub(clock, setup.switches);
  const server = await startServer(stub.handle);
  const transport = nodeTransport();
  const authorizer = createAuthorizer({
    registry: server.url.host,
    origin: server.url,
    keychain: keychainWith(() => setup.credential),
    transport,
    clock,
    ...setup.options,
  });
  const send = (scopes: readonly Scope[], authorization: string | undefined) =>
    transport.send({
      method: "GET",
      url: new URL("/v2/", server.url),
      headers: {
        "x-need": formatScopes(scopeSetOf(scopes.slice(0, 1))).join(" "),
        ...(authorization !== undefined && { authorization }),
      },
    });
  const ask = async (...scopes: readonly Scope[]) => {
    const sent = await authorizer.headerFor(scopes);
    const first = await send(scopes, sent);
    await first.discard();
    if (first.status !== 401) return first.status;
    const answer = await authorizer.answerChallenge(first.headers, scopes, sent);
    if (answer === undefined) return 401;
    const second = await send(scopes, answer);
    await second.discard();
    return second.status;
  };
  const counts = () => {
    const token = server.seen.filter(({ path }) => path === "/token").length;
    return { token, registry: server.seen.length - token };
  };
  try {
    await test({ clock, stub, server, authorizer, ask, counts });
  } finally {
    await server.stop();
  }
}
