import { createHash } from "node:crypto";
import type { Clock } from "../../lib/base/clock.ts";
import { systemClock } from "../../lib/base/system-clock.ts";
import { createApi } from "../../lib/web/create-api.ts";
import { dashboardPages } from "../../lib/web/dashboard/dashboard-pages.ts";
import { openNodeHost } from "../../lib/web/node-host.ts";
import {
  type DashboardWorld,
  NOW_MS,
  READ_TOKEN,
  serviceOf,
  tokenCheck,
} from "./dashboard-world.ts";

/** A server that shows a world. */
export interface DashboardServer {
  /** `http://127.0.0.1:…`, without a path. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Pages stand still in time, so that pictures of them are alike; timers run. */
const CLOCK: Clock = { ...systemClock, now: () => NOW_MS };

/** Serves API and pages over a world on a port of their own. */
export async function openDashboard(world: DashboardWorld): Promise<DashboardServer> {
  const service = serviceOf(world);
  const sha256 = createHash("sha256").update(READ_TOKEN).digest("hex");
  const api = createApi({
    service,
    config: {
      policies: [],
      problems: [],
      registries: [],
      api: { allowAdhoc: false, tokens: [{ name: "reader", scopes: ["read"], sha256 }] },
    },
    clock: CLOCK,
    log: () => undefined,
    pages: dashboardPages({ service, check: tokenCheck(), clock: CLOCK }),
  });
  const host = await openNodeHost({
    listen: { host: "127.0.0.1", port: 0 },
    clock: systemClock,
    api,
    webhook: async () => ({ status: 404, headers: {}, body: "" }),
  });
  return {
    origin: `http://127.0.0.1:${host.address.port}`,
    close: () => host.close(0),
  };
}
