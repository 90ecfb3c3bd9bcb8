/** How a token answer differs. */
interface TokenQuirks {
  /** A1: under which name the token comes. Default: both. */
  readonly field?: "token" | "access_token";
  /** A2, A3: seconds in the answer; `null` leaves the field out. Default: 300. */
  readonly expiresIn?: number | null;
  /** A3: lets a token die after `expiresIn` even below the 60 seconds the spec grants. */
  readonly enforce?: boolean;
  /** A5: milliseconds between now and `issued_at`; `null` leaves the field out. */
  readonly issuedAt?: number | null;
}

/** Switches of authentication. */
export interface AuthQuirks {
  readonly token: TokenQuirks;
  /** A4: a token is refused after it has opened this many requests. */
  readonly expireAfterRequests: number;
  /** A6, A7: the challenge headers, one entry each; `{bearer}` stands for the usual challenge. */
  readonly challenge: readonly string[];
  /** A8: a 401 carries a challenge on `/v2/` alone. */
  readonly challengeOnlyOnPing: boolean;
  /** A9, A10: the realm, word for word. */
  readonly realm: string;
  /** A11: the scope of every challenge, word for word. */
  readonly challengeScope: string;
  /** A12, A14: which of the asked scopes a token gets. */
  readonly grant: "first" | "last" | "none";
  /** A13: resource types and actions that make a token request a 400. */
  readonly tokenRejects: readonly string[];
  /** A15: the challenge a refused `Authorization` gets. */
  readonly badCredsChallenge: string;
  /** A16: the status a token POST gets. */
  readonly tokenPost: number;
  /** A18: the password changes after it has opened this many requests (see `password`). */
  readonly basicExpireAfter: number;
  /** A20: sets a cookie, and answers 403 when it comes back. */
  readonly setCookie: boolean;
  /** A23: what the token server answers instead of a token. */
  readonly tokenBody: "html" | "huge";
}
