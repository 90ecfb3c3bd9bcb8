import { empty, refusal } from "./answers.ts";
import { blobEndpoint } from "./blobs.ts";
import { cdnEndpoint, cdnTokenEndpoint } from "./cdn.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import { catalogEndpoint, referrersEndpoint, tagsEndpoint } from "./listing.ts";
import { manifestEndpoint } from "./manifests.ts";
import { isAtSide, type RegistryState } from "./state.ts";
import { tokenEndpoint } from "./token-server.ts";
import { uploadEndpoint, uploadsEndpoint } from "./uploads.ts";

/** The registry as the spec has it: every endpoint, no quirk. */
export async function endpoints(state: RegistryState, exchange: Exchange): Promise<FakeResponse> {
  const { route } = exchange;
  switch (route.kind) {
    case "ping":
      return empty(200, { "docker-distribution-api-version": "registry/2.0" });
    case "catalog":
      return catalogEndpoint(state, exchange);
    case "token":
      return isAtSide(state, exchange.url) ? cdnTokenEndpoint() : tokenEndpoint(state, exchange);
    case "cdn":
      return cdnEndpoint(state, { ...exchange, route });
    case "manifest":
      return manifestEndpoint(state, { ...exchange, route });
    case "blob":
      return blobEndpoint(state, { ...exchange, route });
    case "uploads":
      return uploadsEndpoint(state, { ...exchange, route });
    case "upload":
      return uploadEndpoint(state, { ...exchange, route });
    case "tags":
      return tagsEndpoint(state, { ...exchange, route });
    case "referrers":
      return referrersEndpoint(state, { ...exchange, route });
    case "unknown":
      return refusal(404, { code: "UNSUPPORTED", message: "no such endpoint" });
  }
}
