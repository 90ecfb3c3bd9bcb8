import { refusal } from "./answers.ts";
import type { Exchange, FakeResponse } from "./exchange.ts";
import type { RegistryState } from "./state.ts";
import type { UploadSession } from "./upload-session.ts";

const ECR_PART_BYTES_MIN = 5 * 1024 * 1024;

/** What other registries refuse of a PATCH (U7, U8, U10, U11, U16, U17). */
export function oddChunk(
  state: RegistryState,
  exchange: Exchange,
  session: UploadSession,
): FakeResponse | undefined {
  const { maxRangedPatch, chunks, strictContentRange, chunkMaxLength } = state.quirks;
  const contentRange = exchange.headers["content-range"];
  const isRanged = contentRange !== undefined;
  const length = Number(exchange.headers["content-length"] ?? 0);
  if (chunks === "refuse" && (isRanged || session.offset > 0)) {
    return refusal(400, { code: "UNSUPPORTED", message: "chunked uploads are not supported" });
  }
  if (strictContentRange && isRanged && !/^\d+-\d+$/.test(contentRange)) {
    return refusal(400, { code: "BLOB_UPLOAD_INVALID", message: "malformed Content-Range" });
  }
  if (isRanged && length > (maxRangedPatch ?? Number.POSITIVE_INFINITY)) {
    const message = `the chunk exceeds the maximum permissible limit of ${maxRangedPatch} bytes`;
    return refusal(416, { code: "BLOB_UPLOAD_INVALID", message });
  }
  if (length > (chunkMaxLength ?? Number.POSITIVE_INFINITY)) {
    return refusal(413, { code: "SIZE_INVALID", message: `chunk above ${chunkMaxLength} bytes` });
  }
  return earlierChunk(state, session);
}

/** What other registries refuse of a closing PUT (U7b, U8, U9, U16, U17). */
export function oddClose(
  state: RegistryState,
  exchange: Exchange,
  session: UploadSession,
): FakeResponse | undefined {
  const { monolithicPut, ecr } = state.quirks;
  const isEmpty = Number(exchange.headers["content-length"] ?? 0) === 0;
  const isFirst = session.parts.length === 0;
  if (monolithicPut !== undefined && isFirst && !isEmpty) {
    return refusal(monolithicPut, { code: "UNSUPPORTED", message: "use PATCH" });
  }
  if (ecr && isEmpty && !isFirst) {
    return refusal(500, { code: "UNKNOWN", message: "the last part must come with the PUT" });
  }
  return isEmpty ? undefined : earlierChunk(state, session);
}

/** A chunk turns out not to have been the last: was it large enough, and like the others? */
function earlierChunk(state: RegistryState, session: UploadSession): FakeResponse | undefined {
  const { chunkMinLength = 0, equalParts } = state.quirks;
  const [first] = session.parts;
  const last = session.parts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const bytesMin = Math.max(chunkMinLength, ecrPartBytesMin(state));
  if (last < bytesMin) {
    return refusal(400, { code: "SIZE_INVALID", message: `part below ${bytesMin} bytes` });
  }
  if (!equalParts || last === first) return undefined;
  return refusal(416, { code: "RANGE_ERROR", message: `every part must be ${first} bytes` });
}

function ecrPartBytesMin(state: RegistryState): number {
  const { ecr } = state.quirks;
  if (ecr === undefined) return 0;
  return ecr === true ? ECR_PART_BYTES_MIN : ecr.partBytesMin;
}

/** The `Range` header of upload answers (U8, U13); `undefined` leaves it out. */
export function rangeSaid(state: RegistryState, session: UploadSession): string | undefined {
  const { offset, parts } = session;
  const { ecr, uploadRange } = state.quirks;
  if (ecr && parts[0] !== undefined) return `0-${parts[0] - 1}`;
  switch (uploadRange) {
    case "missing":
      return undefined;
    case "off-by-one":
      return `bytes=0-${offset}`;
    case "zero-minus-one":
      return offset === 0 ? "bytes=0--1" : `0-${offset - 1}`;
    case "per-chunk":
      return `0-${Math.max(0, (parts.at(-1) ?? 0) - 1)}`;
    default:
      return `0-${Math.max(0, offset - 1)}`;
  }
}
