import type { ByteStream } from "../../../lib/base/byte-stream.ts";
import { empty, refusal, text, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { RouteOf } from "./route.ts";
import { isAtSide, type RegistryState, sideOrigin } from "./state.ts";
import { oddChunk, oddClose, rangeSaid } from "./upload-chunks.ts";
import { oddLocation } from "./upload-location.ts";

/** Uploads as other registries take them (U2 to U23). */
export async function uploadLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { route } = exchange;
  if (route.kind === "uploads") return openUpload(state, exchange, next);
  if (route.kind !== "upload") return next(exchange);
  const upload = { ...exchange, route, body: slowRead(state, exchange) };
  const refused = refusedUpload(state, upload);
  if (refused) return refused;
  const response = await next(upload);
  if (exchange.method === "PUT" && response.status === 201) {
    return { ...response, status: state.quirks.putStatus ?? 201 };
  }
  return dressed(state, upload, response);
}

async function openUpload(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { mount } = state.quirks;
  const { searchParams } = exchange.url;
  if (!searchParams.has("mount") || mount === undefined) {
    return dressed(state, exchange, await next(exchange));
  }
  if (mount !== 202) return refusal(mount, { code: "UNSUPPORTED", message: "no mount here" });
  const url = new URL(exchange.url.pathname, exchange.url);
  return dressed(state, exchange, await next({ ...exchange, url }));
}

function refusedUpload(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
): FakeResponse | undefined {
  const { put307, uploadStatus } = state.quirks;
  const session = state.uploads.get(exchange.route.id);
  switch (exchange.method) {
    case "GET":
      return uploadStatus === "unknown" ? text(404, "404 page not found") : undefined;
    case "PUT":
      if (put307 && !isAtSide(state, exchange.url)) {
        const { pathname, search } = exchange.url;
        return empty(307, { location: `${sideOrigin(state, exchange.url)}${pathname}${search}` });
      }
      return session && oddClose(state, exchange, session);
    case "PATCH":
      return session && oddChunk(state, exchange, session);
    default:
      return undefined;
  }
}

/** Gives an answer with a session the headers this registry would give it. */
function dressed(state: RegistryState, exchange: Exchange, response: FakeResponse): FakeResponse {
  const { chunkMinLength, chunkMaxLength, ecr, uploadStatus } = state.quirks;
  const id = String(response.headers["docker-upload-uuid"] ?? "");
  const session = state.uploads.get(id);
  if (!session) return response;
  const isStatus = exchange.method === "GET";
  const status =
    ecr && exchange.method === "PATCH" && response.status === 202 ? 201 : response.status;
  const hidden = isStatus && uploadStatus === "no-location";
  const location = String(response.headers["location"]);
  return withHeaders(
    { ...response, status },
    {
      location: hidden ? undefined : oddLocation(state, exchange.url, location),
      range: rangeSaid(state, session),
      "oci-chunk-min-length": chunkMinLength?.toString(),
      "oci-chunk-max-length": chunkMaxLength?.toString(),
    },
  );
}

async function* slowRead(
  state: RegistryState,
  exchange: Exchange,
): ByteStream & AsyncGenerator<Uint8Array> {
  const { readDelay = 0 } = state.quirks;
  for await (const chunk of exchange.body) {
    if (readDelay > 0) await state.clock.sleep(readDelay, exchange.signal);
    yield chunk;
  }
}
