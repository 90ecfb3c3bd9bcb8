import { isDigest } from "../../../lib/oci/digest.ts";
import { isRepositoryPath } from "../../../lib/oci/reference.ts";
import { empty, refusal } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import type { RouteOf } from "./route.ts";
import type { RegistryState } from "./state.ts";
import { openRepository } from "./store.ts";
import { UploadSession } from "./upload-session.ts";

/** Opening an upload, by mount, by single POST, or as a session (distribution-spec, *Pushing blobs*). */
export async function uploadsEndpoint(
  state: RegistryState,
  exchange: Exchange<RouteOf<"uploads">>,
): Promise<FakeResponse> {
  const { repository: path } = exchange.route;
  if (exchange.method !== "POST") return unsupported();
  if (!isRepositoryPath(path) && !state.quirks.uppercasePost) {
    return refusal(400, { code: "NAME_INVALID", message: "invalid repository name" });
  }
  const { searchParams } = exchange.url;
  if (mount(state, path, searchParams)) return created(path, searchParams.get("mount") ?? "");
  const session = openSession(state, path);
  const digest = searchParams.get("digest");
  if (digest === null || state.quirks.singlePost === "ignore") {
    for await (const _ of exchange.body);
    return accepted(session);
  }
  await session.append(exchange.body);
  return commit(state, session, digest);
}

/** An open upload: chunk, closing, status, giving up. */
export async function uploadEndpoint(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
): Promise<FakeResponse> {
  const session = state.uploads.get(exchange.route.id);
  if (session?.repository !== exchange.route.repository) return unknownUpload();
  switch (exchange.method) {
    case "GET":
      if (state.quirks.dieOnCut && isStale(session, exchange.url)) return unknownUpload();
      return { ...accepted(session), status: 204 };
    case "DELETE":
      state.uploads.delete(session.id);
      return empty(204);
    case "PATCH":
      return appendChunk(state, exchange, session);
    case "PUT":
      return closeUpload(state, exchange, session);
    default:
      return unsupported();
  }
}

function mount(state: RegistryState, path: string, query: URLSearchParams): boolean {
  const digest = query.get("mount") ?? "";
  const from = state.store.get(query.get("from") ?? "");
  if (!isDigest(digest) || !from) return false;
  const source = from.blobs.get(digest);
  if (source) openRepository(state.store, path).blobs.set(digest, source);
  return source !== undefined;
}

function openSession(state: RegistryState, path: string): UploadSession {
  state.uploadsOpened += 1;
  const id = `upload-${state.uploadsOpened}`;
  const session = new UploadSession(id, path, state.options.keepBytesMax ?? Infinity);
  state.uploads.set(id, session);
  openRepository(state.store, path);
  return session;
}

async function appendChunk(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
  session: UploadSession,
): Promise<FakeResponse> {
  const refused = misplaced(state, exchange, session);
  if (refused) return refused;
  session.parts.push(await receive(state, exchange, session));
  return accepted(session);
}

async function closeUpload(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
  session: UploadSession,
): Promise<FakeResponse> {
  const refused = misplaced(state, exchange, session);
  if (refused) return refused;
  await receive(state, exchange, session);
  return commit(state, session, exchange.url.searchParams.get("digest") ?? "");
}

async function receive(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
  session: UploadSession,
): Promise<number> {
  try {
    return await session.append(exchange.body);
  } catch (error) {
    if (state.quirks.dieOnCut) state.uploads.delete(session.id);
    throw error;
  }
}

function commit(state: RegistryState, session: UploadSession, digest: string): FakeResponse {
  state.uploads.delete(session.id);
  if (!isDigest(digest) || !session.matches(digest)) {
    return refusal(400, { code: "DIGEST_INVALID", message: "digest does not match the content" });
  }
  const repository = openRepository(state.store, session.repository);
  repository.blobs.set(digest, session.content());
  const { visibleAfterMs } = state.quirks;
  if (visibleAfterMs) repository.visibleAtMs.set(digest, state.clock.now() + visibleAfterMs);
  return created(session.repository, digest);
}

/** A chunk that does not follow the last one is 416; a location that is not the last one is 404. */
function misplaced(
  state: RegistryState,
  exchange: Exchange<RouteOf<"upload">>,
  session: UploadSession,
): FakeResponse | undefined {
  const range = exchange.headers["content-range"];
  const start = /^(?:bytes )?(\d+)-\d+(?:\/\*)?$/.exec(range ?? "")?.[1];
  if (range !== undefined && !state.quirks.ignoreContentRange) {
    if (Number(start) !== session.offset) return { ...accepted(session), status: 416 };
    return undefined;
  }
  return isStale(session, exchange.url) ? unknownUpload() : undefined;
}

/** The query must come back byte for byte: it is compared raw. */
function isStale(session: UploadSession, url: URL): boolean {
  return /[?&]_state=([^&#]*)/.exec(url.search)?.[1] !== session.stateToken;
}

function accepted(session: UploadSession): FakeResponse {
  const { id, repository, offset, stateToken } = session;
  return empty(202, {
    location: `/v2/${repository}/blobs/uploads/${id}?_state=${stateToken}`,
    range: `0-${Math.max(0, offset - 1)}`,
    "docker-upload-uuid": id,
  });
}

function created(repository: string, digest: string): FakeResponse {
  return empty(201, {
    location: `/v2/${repository}/blobs/${digest}`,
    "docker-content-digest": digest,
  });
}

function unknownUpload(): FakeResponse {
  return refusal(404, { code: "BLOB_UPLOAD_UNKNOWN", message: "blob upload unknown to registry" });
}

function unsupported(): FakeResponse {
  return refusal(405, { code: "UNSUPPORTED", message: "the operation is unsupported" });
}
