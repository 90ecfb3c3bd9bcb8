import type { ApiRoute } from "./api-route.ts";
import { jsonResponse, NOT_KEPT } from "./json-response.ts";
import { RefusedRequest } from "./refused-request.ts";
import { health, policyList, registryList } from "./response-schemas.ts";

/** As Prometheus wants it (*Exposition formats*). */
const METRICS = "text/plain; version=0.0.4; charset=utf-8";

/** Paths that show everything else. */
export const lookRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/policies",
    scope: "read",
    name: "listPolicies",
    summary: "The configuration's policies, with their last and next run.",
    successes: [{ status: 200, description: "The policies.", schema: policyList }],
    answer: async ({ ports }) => jsonResponse(200, { policies: await ports.service.policies() }),
  },
  {
    method: "GET",
    path: "/registries",
    scope: "read",
    name: "listRegistries",
    summary: "The registries of the configuration's policies, and what they asked for.",
    successes: [{ status: 200, description: "The registries.", schema: registryList }],
    answer: async ({ ports }) =>
      jsonResponse(200, { registries: await ports.service.registries() }),
  },
  {
    method: "GET",
    path: "/metrics",
    scope: "read",
    name: "getMetrics",
    summary: "Metrics in the text format of Prometheus; not where nobody counts, as in functions.",
    successes: [{ status: 200, description: "The metrics.", mediaType: "text/plain" }],
    async answer({ ports: { metrics } }) {
      if (metrics === undefined) throw new RefusedRequest("ROUTE_UNKNOWN", "there are no metrics");
      const headers = { "content-type": METRICS, ...NOT_KEPT };
      return { status: 200, headers, body: await metrics() };
    },
  },
  {
    method: "GET",
    path: "/healthz",
    name: "getHealth",
    summary: "Whether the process answers.",
    successes: [{ status: 200, description: "It does.", schema: health }],
    answer: async () => jsonResponse(200, { status: "ok" }),
  },
];
