import type { Remedy } from "../base/error.ts";
import type { HttpMethod } from "../http/transport.ts";
import type { ErrorBody } from "./error-body.ts";

/** What a request is about; the same status means different things for each. */
export type CallSubject = "manifest" | "blob" | "upload" | "listing" | "ping";

/** What a rule looks at. */
export interface RefusalFacts {
  readonly method: HttpMethod;
  readonly about: CallSubject;
  readonly status: number;
  readonly body: ErrorBody;
}

/** What a refusal means. */
export interface Verdict {
  readonly code: string;
  readonly remedy: Remedy;
  readonly hint?: string;
}

/** Every condition that is given must hold; of `codes` and `words` one is enough. */
interface Rule extends Verdict {
  readonly statuses?: readonly number[];
  readonly about?: readonly CallSubject[];
  readonly methods?: readonly HttpMethod[];
  /** Error codes of the body. */
  readonly codes?: readonly string[];
  /** Known phrases, lower case. */
  readonly words?: RegExp;
}

const WRITES: readonly HttpMethod[] = ["POST", "PUT", "PATCH", "DELETE"];
const IN_SESSION: readonly HttpMethod[] = ["PUT", "PATCH", "GET", "DELETE"];

const NO_OCI_HINT =
  "This registry does not take this kind of manifest; converting it would change its digest.";

/** From the particular to the general; the first rule that fits decides. */
const RULES: readonly Rule[] = [
  {
    statuses: [400],
    words: /http request (?:to an|was sent to) https (?:server|port)/,
    code: "TLS_PORT",
    remedy: "fixInput",
    hint: "The registry speaks TLS on this port: leave plainHttp out.",
  },
  {
    statuses: [429],
    code: "RATE_LIMITED",
    remedy: "retryAfter",
    hint: "Log in for a higher limit, or set requestsPerSecond for this registry.",
  },
  {
    statuses: [403],
    codes: ["TOOMANYREQUESTS"],
    code: "RATE_LIMITED",
    remedy: "retryAfter",
  },
  {
    statuses: [403, 405, 503],
    words: /is_readonly|in read[ -]?only mode|maintenance/,
    code: "READ_ONLY",
    remedy: "retry",
    hint: "The registry is read-only for now.",
  },
  {
    statuses: [400, 403, 413, 507],
    methods: WRITES,
    words: /quota|exceed the configured upper limit/,
    code: "QUOTA_EXCEEDED",
    remedy: "giveUp",
    hint: "Free space or raise the quota at the target.",
  },
  {
    statuses: [507],
    code: "QUOTA_EXCEEDED",
    remedy: "giveUp",
    hint: "Free space or raise the quota at the target.",
  },
  {
    statuses: [400, 403, 405, 409, 412],
    about: ["manifest"],
    methods: ["PUT"],
    codes: ["TAG_IMMUTABLE", "IMAGETAGALREADYEXISTSEXCEPTION"],
    words: /immutable/,
    code: "TAG_IMMUTABLE",
    remedy: "giveUp",
    hint: "The tag exists with other content and must not change: map it to another tag.",
  },
  {
    statuses: [400, 404, 500],
    about: ["manifest"],
    methods: ["PUT"],
    codes: ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"],
    words: /blob unknown to registry/,
    code: "MANIFEST_BLOB_UNKNOWN",
    remedy: "giveUp",
    hint: "The registry misses content the manifest refers to: send it again.",
  },
  {
    statuses: [400, 404, 409, 416],
    about: ["upload"],
    codes: ["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"],
    code: "UPLOAD_UNKNOWN",
    remedy: "retry",
    hint: "The upload session is gone: start a new one.",
  },
  {
    statuses: [400],
    about: ["upload"],
    codes: ["DIGEST_INVALID"],
    code: "DIGEST_REFUSED",
    remedy: "retry",
    hint: "The registry got other bytes than the digest names: send the blob again.",
  },
  {
    statuses: [400, 401, 403, 404],
    methods: WRITES,
    codes: ["NAME_UNKNOWN"],
    words: /\b(?:project|repository|namespace)\b.{0,200}\b(?:not found|does not exist)/,
    code: "NAME_UNKNOWN",
    remedy: "fixInput",
  },
  {
    statuses: [404],
    codes: ["NAME_UNKNOWN"],
    code: "NAME_UNKNOWN",
    remedy: "giveUp",
    hint: "Check the repository's name, and that the credentials may see it.",
  },
  {
    statuses: [400, 401, 403, 405],
    about: ["manifest"],
    methods: ["PUT"],
    words: /unknown manifest class|fail to parse 'manifest\.json'/,
    code: "MANIFEST_REJECTED",
    remedy: "giveUp",
    hint: NO_OCI_HINT,
  },
  { statuses: [401], code: "CREDENTIALS_REFUSED", remedy: "authenticate" },
  { statuses: [403], code: "DENIED", remedy: "authenticate" },
  {
    statuses: [413],
    code: "TOO_LARGE",
    remedy: "giveUp",
    hint: "A proxy or the registry limits the length of a body.",
  },
  { statuses: [416], code: "RANGE_NOT_SATISFIABLE", remedy: "retry" },
  {
    statuses: [400],
    codes: ["NAME_INVALID"],
    code: "NAME_NOT_ALLOWED",
    remedy: "fixInput",
    hint: "The registry does not take this name: check depth, case and length.",
  },
  {
    statuses: [400, 409, 412, 415, 422],
    about: ["manifest"],
    methods: ["PUT"],
    code: "MANIFEST_REJECTED",
    remedy: "giveUp",
  },
  { statuses: [404], about: ["manifest"], code: "MANIFEST_UNKNOWN", remedy: "giveUp" },
  { statuses: [404], about: ["blob"], code: "BLOB_UNKNOWN", remedy: "giveUp" },
  {
    statuses: [404],
    about: ["upload"],
    methods: IN_SESSION,
    code: "UPLOAD_REFUSED",
    remedy: "retry",
  },
  { statuses: [404], methods: WRITES, code: "NAME_UNKNOWN", remedy: "fixInput" },
  { statuses: [404], code: "NAME_UNKNOWN", remedy: "giveUp" },
  { statuses: [405, 501], code: "UNSUPPORTED", remedy: "giveUp" },
  { statuses: [400], codes: ["UNSUPPORTED"], code: "UNSUPPORTED", remedy: "giveUp" },
  { statuses: [408, 425, 499], code: "SERVER_ERROR", remedy: "retry" },
];

const REFUSED: Verdict = { code: "REQUEST_REFUSED", remedy: "giveUp" };
const SERVER_ERROR: Verdict = { code: "SERVER_ERROR", remedy: "retry" };

/**
 * Decides what a refusal means: by status first, then by the code in the body, then by its words,
 * since codes are often wrong and words change.
 */
export function judgeRefusal(facts: RefusalFacts): Verdict {
  const rule = RULES.find((candidate) => fits(candidate, facts));
  return rule ?? (facts.status >= 500 ? SERVER_ERROR : REFUSED);
}

function fits(rule: Rule, { method, about, status, body }: RefusalFacts): boolean {
  if (rule.statuses && !rule.statuses.includes(status)) return false;
  if (rule.about && !rule.about.includes(about)) return false;
  if (rule.methods && !rule.methods.includes(method)) return false;
  if (rule.codes === undefined && rule.words === undefined) return true;
  return (
    body.codes.some((code) => rule.codes?.includes(code)) || rule.words?.test(body.text) === true
  );
}
