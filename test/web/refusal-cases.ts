import { type BedCall, TOKENS } from "./api-bed.ts";

/** A body that starts a run. */
export const BODY = { policies: ["app"] };
const ADHOC = { source: "source.test/team/app", target: "target.test/other/app" };
const TOO_LARGE = Buffer.alloc(1024 * 1024 + 1, " ");
const DEEP = `{"images":{"source.test/a":${"[".repeat(100)}${"]".repeat(100)}}}`;

/** A call that is refused. */
export interface Refusal {
  readonly what: string;
  readonly call: BedCall;
  readonly status: number;
  readonly code: string;
}

/** A call of somebody who may start runs. */
export function post(path: string, rest: Partial<BedCall> = {}): BedCall {
  return { method: "POST", path, token: TOKENS.run, ...rest };
}

function written(policy: object): BedCall {
  return post("/runs", { json: { policies: [{ name: "own", ...ADHOC, ...policy }] } });
}

const READ_PATHS = [
  "/runs",
  "/runs/x",
  "/runs/x/tasks",
  "/runs/x/report",
  "/runs/x/events",
  "/policies",
  "/registries",
  "/metrics",
];
const RUN_PATHS = ["/runs", "/plan", "/runs/x/retry", "/runs/x/cancel"];
const RUN_UNKNOWN = [
  ...["", "/tasks", "/report", "/events"].map((end) => ({ path: `/runs/nobody${end}` })),
  { path: "/runs/{id}" },
  ...["/retry", "/cancel"].map((end) => post(`/runs/nobody${end}`)),
];

/** Every way in which the API refuses a call. */
export const REFUSALS: readonly Refusal[] = [
  ...READ_PATHS.flatMap((path): Refusal[] => [
    { what: `GET ${path} of a stranger`, call: { path }, status: 401, code: "UNAUTHENTIC" },
    {
      what: `GET ${path} with a wrong token`,
      call: { path, token: `${TOKENS.read}x` },
      status: 401,
      code: "UNAUTHENTIC",
    },
    {
      what: `GET ${path} with an expired token`,
      call: { path, token: TOKENS.expired },
      status: 401,
      code: "UNAUTHENTIC",
    },
  ]),
  ...RUN_PATHS.flatMap((path): Refusal[] => [
    {
      what: `POST ${path} of a stranger`,
      call: { method: "POST", path, json: BODY },
      status: 401,
      code: "UNAUTHENTIC",
    },
    {
      what: `POST ${path} of a reader`,
      call: post(path, { token: TOKENS.read, json: BODY }),
      status: 403,
      code: "SCOPE_MISSING",
    },
    {
      what: `POST ${path} with the token in a cookie`,
      call: {
        method: "POST",
        path,
        json: BODY,
        headers: { cookie: `imageferry_token=${TOKENS.run}` },
      },
      status: 401,
      code: "UNAUTHENTIC",
    },
  ]),
  ...RUN_UNKNOWN.map(
    (call): Refusal => ({
      what: `${call.path}, which is no run`,
      call: { token: TOKENS.read, ...call },
      status: 404,
      code: "RUN_UNKNOWN",
    }),
  ),
  ...["/", "/nothing", "/runs/x/y", "/runs//", "/runs/%", "/runs/%00", "/runs/a%2Fb/c"].map(
    (path): Refusal => ({
      what: `the path ${path}`,
      call: { path, token: TOKENS.admin },
      status: 404,
      code: "ROUTE_UNKNOWN",
    }),
  ),
  ...["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"].map(
    (method): Refusal => ({
      what: `${method} /plan`,
      call: { method, path: "/plan", token: TOKENS.admin },
      status: 405,
      code: "METHOD_NOT_ALLOWED",
    }),
  ),
  {
    what: "metrics where nobody counts",
    call: { path: "/metrics", token: TOKENS.read },
    status: 404,
    code: "ROUTE_UNKNOWN",
  },
  ...(
    [
      ["a body that is no JSON", { body: "{" }, 400, "BODY_NOT_JSON"],
      ["a body that is no UTF-8", { body: Uint8Array.of(0x22, 0xff, 0x22) }, 400, "BODY_NOT_JSON"],
      ["a key twice", { body: '{"dryRun":true,"dryRun":false}' }, 400, "BODY_NOT_JSON"],
      ["deep nesting", { body: DEEP }, 400, "BODY_NOT_JSON"],
      ["no body", {}, 400, "BODY_NOT_JSON"],
      ["a large body", { body: TOO_LARGE }, 413, "BODY_TOO_LARGE"],
      ["a list", { body: "[]" }, 400, "BODY_INVALID"],
      ["null", { body: "null" }, 400, "BODY_INVALID"],
      ["an unknown key", { body: '{"polices":["app"]}' }, 400, "BODY_INVALID"],
      ["no policy", { body: '{"policies":[]}' }, 400, "BODY_INVALID"],
      ["no rule", { body: '{"images":{}}' }, 400, "BODY_INVALID"],
      ["a rule without a source", { body: '{"images":{"app":"b/c"}}' }, 400, "BODY_INVALID"],
      ["both forms", { body: '{"policies":["app"],"images":{"a/b":"c/d"}}' }, 400, "BODY_INVALID"],
      ["an unknown policy", { body: '{"policies":["nobody"]}' }, 422, "POLICY_UNKNOWN"],
      [
        "a rule of no sense",
        { body: '{"images":{"source.test/a b":"t/x"}}' },
        422,
        "RULES_INVALID",
      ],
    ] as const
  ).flatMap(([what, body, status, code]) =>
    ["/runs", "/plan"].map((path): Refusal => {
      const headers = { "content-type": "application/json; charset=utf-8" };
      return { what: `${what} at ${path}`, call: post(path, { ...body, headers }), status, code };
    }),
  ),
  ...["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""].map(
    (type): Refusal => ({
      what: `a body of type "${type}"`,
      call: post("/runs", { body: "{}", headers: { "content-type": type } }),
      status: 415,
      code: "BODY_TYPE",
    }),
  ),
  {
    what: "settings of registries in a policy",
    call: written({ registries: { "source.test": {} } }),
    status: 400,
    code: "BODY_INVALID",
  },
  {
    what: "credentials beside policies",
    call: post("/runs", { json: { ...BODY, registries: { "source.test": {} } } }),
    status: 400,
    code: "BODY_INVALID",
  },
  {
    what: "a source that is not configured",
    call: written({ source: "elsewhere.test/a" }),
    status: 403,
    code: "HOST_NOT_CONFIGURED",
  },
  {
    what: "a target that is not configured",
    call: post("/runs", { json: { "source.test/team/app": "elsewhere.test/a" } }),
    status: 403,
    code: "HOST_NOT_CONFIGURED",
  },
  {
    what: "a source that is no name",
    call: written({ source: "source.test/UPPER" }),
    status: 422,
    code: "RULES_INVALID",
  },
  ...["", "x".repeat(257), "a\u0001b", "schlüssel"].map(
    (key): Refusal => ({
      what: `an Idempotency-Key of ${key.length} characters`,
      call: post("/runs", { json: BODY, headers: { "idempotency-key": key } }),
      status: 400,
      code: "KEY_INVALID",
    }),
  ),
  ...["limit=0", "limit=201", "limit=-1", "limit=x", "limit=1e3"].map(
    (query): Refusal => ({
      what: `runs?${query}`,
      call: { path: `/runs?${query}`, token: TOKENS.read },
      status: 400,
      code: "QUERY_INVALID",
    }),
  ),
];
