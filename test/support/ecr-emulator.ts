import { type LocalServer, type Reply, type Seen, startServer } from "../auth/local-server.ts";
import { type KnownKeys, signatureFlaw } from "./request-signature.ts";

/** How the emulator is set up. */
export interface EcrEmulatorOptions {
  readonly keys: KnownKeys;
  /** Wall clock that passwords expire by, milliseconds. */
  readonly nowMs: () => number;
  readonly lifeMs?: number;
  /** Answers calls of an action (`ecr:CreateRepository`) with this refusal instead. */
  readonly refuse?: (
    action: string,
  ) => { readonly status: number; readonly code: string } | undefined;
  /** Told of each repository made. */
  readonly onCreated?: (repository: string) => void;
}

/** Amazon ECR and ECR Public as far as they are called, over a socket, signatures checked. */
export interface EcrEmulator {
  readonly server: LocalServer;
  /** Bodies of the calls so far, by action. */
  calls(action: string): readonly unknown[];
  readonly repositories: ReadonlySet<string>;
}

const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "ecr:GetAuthorizationToken"],
  ["AmazonEC2ContainerRegistry_V20150921.CreateRepository", "ecr:CreateRepository"],
  ["SpencerFrontendService.GetAuthorizationToken", "ecr-public:GetAuthorizationToken"],
]);
const LIFE_MS = 12 * 3_600_000;

/** Starts the emulator; its passwords are `password-1`, `password-2` and so on. */
export async function startEcrEmulator(options: EcrEmulatorOptions): Promise<EcrEmulator> {
  const { keys, nowMs, lifeMs = LIFE_MS } = options;
  const calls: { readonly action: string; readonly body: unknown }[] = [];
  const repositories = new Set<string>();
  let issued = 0;

  function token() {
    const login = Buffer.from(`AWS:password-${++issued}`).toString("base64");
    return { authorizationToken: login, expiresAt: (nowMs() + lifeMs) / 1000 };
  }

  function create(body: unknown): Reply {
    const name = field(body, "repositoryName");
    if (repositories.has(name)) return refusal(400, "RepositoryAlreadyExistsException");
    repositories.add(name);
    options.onCreated?.(name);
    return json(200, { repository: { repositoryName: name } });
  }

  function answer(request: Seen): Reply {
    const action = ACTIONS.get(String(request.headers["x-amz-target"]));
    if (action === undefined) return refusal(400, "UnknownOperationException");
    const flaw = signatureFlaw(request, keys);
    if (flaw !== undefined) return refusal(403, "InvalidSignatureException", flaw);
    const body: unknown = JSON.parse(request.body);
    calls.push({ action, body });
    const refused = options.refuse?.(action);
    if (refused !== undefined) return refusal(refused.status, refused.code);
    if (action === "ecr:CreateRepository") return create(body);
    const data = token();
    return json(200, { authorizationData: action.startsWith("ecr-public") ? data : [data] });
  }

  return {
    server: await startServer(answer),
    calls: (action) => calls.filter((call) => call.action === action).map(({ body }) => body),
    repositories,
  };
}

function refusal(status: number, code: string, message = "refused by the emulator"): Reply {
  return json(status, { __type: code, message });
}

function json(status: number, body: object): Reply {
  const headers = { "content-type": "application/x-amz-json-1.1" };
  return { status, headers, body: JSON.stringify(body) };
}

function field(body: unknown, name: string): string {
  const value = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === "string" ? value : "";
}
