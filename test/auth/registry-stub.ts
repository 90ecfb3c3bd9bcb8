import type { Clock } from "../../lib/base/clock.ts";
import type { Reply, Seen } from "./local-server.ts";

/** How the stub behaves; each switch is one vendor's habit. */
export interface StubSwitches {
  /** User and password it knows; anonymous is fine when left out. */
  readonly login?: string;
  /** The `WWW-Authenticate` headers of a 401; `%` stands for the standard Bearer challenge. */
  readonly challenge?: readonly string[];
  /** The challenge of a 401 to a request that carried an authorization. */
  readonly refusedChallenge?: readonly string[];
  readonly realm?: string;
  /** Takes Basic on every request instead of tokens. */
  readonly basic?: boolean;
  /** Scopes the challenge asks for, joined by spaces. */
  readonly challengeScope?: string;
  /** Makes the reply to a token request of the token. */
  readonly reply?: (token: string) => Reply;
  /** Status of every POST to the token endpoint. */
  readonly postStatus?: number;
  /** Answers a token request with 400 when a scope holds one of these. */
  readonly rejects?: readonly string[];
  /** Which of the asked scopes a token gets. */
  readonly grant?: "all" | "first" | "none";
  /** A token or password works for so many requests. */
  readonly usesMax?: number;
  /** Tokens end by the clock after so long. */
  readonly tokenMs?: number;
}

interface Granted {
  readonly scopes: readonly string[];
  readonly untilMs: number;
  uses: number;
}

/** A registry with its token endpoint at `/token`; every other path wants `need` for its answer. */
export class RegistryStub {
  readonly switches: StubSwitches;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Granted>();
  #logins: string[];
  #loginUses = 0;

  constructor(clock: Clock, switches: StubSwitches = {}) {
    this.#clock = clock;
    this.switches = switches;
    this.#logins = switches.login === undefined ? [] : [switches.login];
  }

  /** From now on only this login is known. */
  rotate(login: string): void {
    this.#logins = [login];
    this.#loginUses = 0;
  }

  /** Ends every token, as a restart or a changed key does. */
  revoke(): void {
    this.#tokens.clear();
  }

  readonly handle = (request: Seen): Reply => {
    if (request.path === "/token") return this.#issue(request);
    const need = request.headers["x-need"];
    const sent = request.headers.authorization;
    if (this.#admits(sent, typeof need === "string" ? need : "")) return { body: "ok" };
    const { challenge = ["%"], refusedChallenge = challenge } = this.switches;
    const offered = sent === undefined ? challenge : refusedChallenge;
    const bearer = this.#bearerChallenge(request);
    const headers = { "www-authenticate": offered.map((one) => one.replace("%", bearer)) };
    return { status: 401, headers };
  };

  #bearerChallenge({ headers }: Seen): string {
    const { realm = `http://${headers.host}/token`, challengeScope } = this.switches;
    const scope = challengeScope === undefined ? "" : `,scope="${challengeScope}"`;
    return `Bearer realm="${realm}",service="stub"${scope}`;
  }

  #admits(sent: string | undefined, need: string): boolean {
    const { basic, usesMax = Number.POSITIVE_INFINITY } = this.switches;
    if (basic) return this.#knows(sent) && ++this.#loginUses <= usesMax;
    const granted = this.#tokens.get(sent?.replace("Bearer ", "") ?? "");
    if (granted === undefined || this.#clock.now() >= granted.untilMs) return false;
    return granted.scopes.includes(need) && ++granted.uses <= usesMax;
  }

  #knows(authorization: string | undefined): boolean {
    const login = Buffer.from(authorization?.replace("Basic ", "") ?? "", "base64").toString();
    return this.#logins.includes(login);
  }

  #issue(request: Seen): Reply {
    const { postStatus, rejects = [], reply, login, tokenMs = 1e12 } = this.switches;
    if (request.method === "POST" && postStatus !== undefined) return { status: postStatus };
    const form = new URLSearchParams(request.body);
    const isRefresh = form.get("refresh_token") === login;
    if (login !== undefined && !isRefresh && !this.#knows(request.headers.authorization)) {
      return { status: 401, body: '{"details":"incorrect username or password"}' };
    }
    const joined = request.method === "POST" ? (form.get("scope") ?? "").split(" ") : [];
    const scopes = [...request.query.getAll("scope"), ...joined];
    if (rejects.some((word) => scopes.some((scope) => scope.includes(word)))) {
      return { status: 400, body: "unknown scope" };
    }
    const token = `token-${this.#tokens.size}-${this.#clock.now()}`;
    const untilMs = this.#clock.now() + tokenMs;
    this.#tokens.set(token, { scopes: this.#grant(scopes), untilMs, uses: 0 });
    return reply?.(token) ?? { body: JSON.stringify({ token }) };
  }

  #grant(scopes: readonly string[]): readonly string[] {
    const { grant = "all" } = this.switches;
    const granted = grant === "first" ? scopes.slice(0, 1) : grant === "none" ? [] : scopes;
    // A token for pull and push serves who needs pull.
    return granted.flatMap((scope) => [scope, scope.replace(/:pull,push.*$/, ":pull")]);
  }
}
