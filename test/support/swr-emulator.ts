import { createHmac } from "node:crypto";
import { type LocalServer, type Reply, type Seen, startServer } from "../auth/local-server.ts";
import { type KnownKeys, signatureFlaw } from "./request-signature.ts";

/** How the emulator is set up. */
export interface SwrEmulatorOptions {
  readonly keys: KnownKeys;
  readonly nowMs: () => number;
  /** Told of each organization made. */
  readonly onCreated?: (organization: string) => void;
}

/** The management API of Huawei SWR as far as it is called, over a socket, signatures checked. */
export interface SwrEmulator {
  readonly server: LocalServer;
  readonly organizations: ReadonlySet<string>;
}

const LIFE_MS = 6 * 3_600_000;

/** The user and password that SWR takes for permanent keys, as its documentation computes them. */
export function swrLoginOf(region: string, keys: KnownKeys): string {
  const password = createHmac("sha256", keys.secret).update(keys.id).digest("hex");
  return `${region}@${keys.id}:${password}`;
}

/** Starts the emulator; its temporary passwords are `password-1`, `password-2` and so on. */
export async function startSwrEmulator(options: SwrEmulatorOptions): Promise<SwrEmulator> {
  const organizations = new Set<string>();
  let issued = 0;

  function answer(request: Seen): Reply {
    const flaw = signatureFlaw(request, options.keys);
    if (flaw !== undefined) return json(401, { error_code: "APIGW.0301", error_msg: flaw });
    switch (`${request.method} ${request.path}`) {
      case "POST /v2/manage/utils/secret": {
        const auth = Buffer.from(`cn-north-4@TEMP:password-${++issued}`).toString("base64");
        const body = { auths: { "swr.cn-north-4.myhuaweicloud.com": { auth } } };
        const expiresAt = new Date(options.nowMs() + LIFE_MS).toISOString();
        return { ...json(200, body), headers: { "x-swr-expireat": expiresAt } };
      }
      case "POST /v2/manage/namespaces": {
        const { namespace } = JSON.parse(request.body);
        if (organizations.has(namespace)) {
          return json(409, {
            errors: [{ errorCode: "SVCSTG.SWR.4090000", errorMessage: "exists" }],
          });
        }
        organizations.add(namespace);
        options.onCreated?.(namespace);
        return { status: 201 };
      }
      default:
        return json(404, { error_code: "APIGW.0101", error_msg: "no such API" });
    }
  }

  return { server: await startServer(answer), organizations };
}

function json(status: number, body: object): Reply {
  return { status, body: JSON.stringify(body) };
}
