import { type LocalServer, type Reply, type Seen, startServer } from "../auth/local-server.ts";
import { type KnownKeys, signatureFlaw } from "./request-signature.ts";

/** How the emulator is set up. */
export interface AlicloudEmulatorOptions {
  readonly keys: KnownKeys;
  readonly nowMs: () => number;
  readonly lifeMs?: number;
  /** Service that the registry's challenge names; it is at the emulator's own `/v2/`. */
  readonly service?: string;
  /** Secrets of KMS by name. */
  readonly secrets?: ReadonlyMap<string, string>;
  /** Answers calls of an action with this refusal instead. */
  readonly refuse?: (
    action: string,
  ) => { readonly status: number; readonly code: string } | undefined;
  /** Told of each repository made, as namespace/name. */
  readonly onCreated?: (repository: string) => void;
}

/** Container Registry, both editions, and KMS as far as they are called; signatures checked. */
export interface AlicloudEmulator {
  readonly server: LocalServer;
  /** Actions called so far. */
  readonly actions: readonly string[];
  readonly namespaces: Set<string>;
  /** As namespace/name, with what was said of them. */
  readonly repositories: Map<string, Readonly<Record<string, string>>>;
}

const INSTANCE = "cri-abc123";
const PERSONAL = "2016-06-07";
const LIFE_MS = 3_600_000;

/** Starts the emulator; its passwords are `password-1`, `password-2` and so on. */
export async function startAlicloudEmulator(
  options: AlicloudEmulatorOptions,
): Promise<AlicloudEmulator> {
  const actions: string[] = [];
  const namespaces = new Set<string>();
  const repositories = new Map<string, Readonly<Record<string, string>>>();
  let issued = 0;

  const expiresAt = () => options.nowMs() + (options.lifeMs ?? LIFE_MS);

  function create(namespace: string, name: string, said: Readonly<Record<string, string>>): string {
    if (!namespaces.has(namespace)) return "NAMESPACE_NOT_EXIST";
    if (repositories.has(`${namespace}/${name}`)) return "REPO_ALREADY_EXIST";
    repositories.set(`${namespace}/${name}`, said);
    options.onCreated?.(`${namespace}/${name}`);
    return "";
  }

  function createNamespace(namespace: string): string {
    if (namespaces.has(namespace)) return "NAMESPACE_ALREADY_EXIST";
    namespaces.add(namespace);
    return "";
  }

  function personal({ method, path, body }: Seen): Reply {
    const route = `${method} ${path.replace(/^\/repos\/.+/, "/repos/:name")}`;
    const refusal = (code: string) =>
      code === "" ? json(200, { data: {}, requestId: "1" }) : json(400, { code, message: "no" });
    const sent = body === "" ? {} : JSON.parse(body);
    switch (route) {
      case "GET /tokens": {
        const authorizationToken = `password-${++issued}`;
        const data = { tempUserName: "cr_temp_user", authorizationToken, expireDate: expiresAt() };
        return json(200, { data, requestId: "1" });
      }
      case "PUT /namespace":
        return refusal(createNamespace(sent.Namespace.Namespace));
      case "PUT /repos": {
        const { RepoNamespace, RepoName, ...said } = sent.Repo;
        return refusal(create(RepoNamespace, RepoName, said));
      }
      case "GET /repos/:name":
        return refusal(repositories.has(path.slice("/repos/".length)) ? "" : "REPO_NOT_EXIST");
      default:
        return refusal("InvalidAction.NotFound");
    }
  }

  function enterprise(action: string, { query }: Seen): Reply {
    const {
      InstanceId,
      RepoNamespaceName = "",
      RepoName = "",
      NamespaceName = "",
      ...said
    } = Object.fromEntries(query);
    if (InstanceId !== INSTANCE) return refusedEnterprise("INSTANCE_NOT_EXIST");
    switch (action) {
      case "GetAuthorizationToken":
        return json(200, {
          IsSuccess: true,
          Code: "success",
          TempUsername: "cr_temp_user",
          AuthorizationToken: `password-${++issued}`,
          ExpireTime: expiresAt(),
        });
      case "CreateNamespace":
        return refusedEnterprise(createNamespace(NamespaceName));
      case "CreateRepository":
        return refusedEnterprise(create(RepoNamespaceName, RepoName, said));
      case "GetRepository": {
        const isThere = repositories.has(`${RepoNamespaceName}/${RepoName}`);
        return refusedEnterprise(isThere ? "" : "REPO_NOT_EXIST");
      }
      default:
        return json(404, { Code: "InvalidAction.NotFound", Message: "no" });
    }
  }

  function kms({ query }: Seen): Reply {
    const SecretData = options.secrets?.get(query.get("SecretName") ?? "");
    if (SecretData === undefined) {
      return json(404, { Code: "Forbidden.ResourceNotFound", Message: "Resource not found." });
    }
    return json(200, { SecretData, SecretDataType: "text", VersionId: "v1" });
  }

  function answer(request: Seen): Reply {
    if (request.path === "/v2/") {
      const challenge = `Bearer realm="https://dockerauth.example/auth",service="${options.service}"`;
      return { status: 401, headers: { "www-authenticate": challenge } };
    }
    const action = String(request.headers["x-acs-action"]);
    const version = request.headers["x-acs-version"];
    const flaw = signatureFlaw(request, options.keys);
    const code = flaw === "unknown key" ? "InvalidAccessKeyId.NotFound" : "SignatureDoesNotMatch";
    if (flaw !== undefined) return json(403, { Code: code, Message: flaw });
    actions.push(action);
    const refused = options.refuse?.(action);
    if (refused !== undefined) {
      return json(refused.status, { Code: refused.code, Message: "refused by the emulator" });
    }
    if (version === "2016-01-20") return kms(request);
    return version === PERSONAL ? personal(request) : enterprise(action, request);
  }

  return { server: await startServer(answer), actions, namespaces, repositories };
}

/** The Enterprise edition answers 200 to what it refuses. */
function refusedEnterprise(code: string): Reply {
  return json(
    200,
    code === "" ? { IsSuccess: true, Code: "success" } : { IsSuccess: false, Code: code },
  );
}

function json(status: number, body: object): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
