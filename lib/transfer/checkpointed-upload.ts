import { FerryError, toFerryError, withSide } from "../base/error.ts";
import type { UploadSession } from "../registry/repository.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type ChunkedRoute, ChunkedSending, type SendingEnd } from "./chunked-sending.ts";
import type { TransferOptions } from "./transfer-options.ts";
import { isDamage, UploadPatience } from "./upload-patience.ts";
import type { ProgressKeeper } from "./upload-progress.ts";

/** A blob that may need more than one invocation to arrive. */
export interface CheckpointedUpload extends ChunkedRoute {
  readonly keeper: ProgressKeeper;
  /** A session that is open and unused. */
  readonly session: UploadSession | undefined;
}

/**
 * How far an upload came. `lost`: somebody else has it now. `unsuited`: the registry takes no
 * chunks; a session it opened may be left unused.
 */
export type CheckpointedEnd =
  | SendingEnd
  | { readonly kind: "failed"; readonly error: FerryError }
  | { readonly kind: "unsuited"; readonly session: UploadSession | undefined };

/** Where each write of the state is a request, checkpoints are written no more often. */
const SAVE_EVERY_MS = 2000;

/** Refusals of a first chunk that are about sending in chunks at all. */
const CHUNKS_REFUSED: ReadonlySet<string> = new Set([
  "UNSUPPORTED",
  "REQUEST_REFUSED",
  "UPLOAD_REFUSED",
  "UPLOAD_REDIRECTED",
]);

/**
 * Sends a blob in chunks, and keeps at their boundaries what another invocation needs to go on:
 * the session, what the registry has, and the hash state over it. Stops at a boundary when time is
 * short.
 *
 * Goes on with what was kept; where the session is gone, this blob alone begins anew.
 *
 * @throws the signal's reason when it aborts; the last boundary is kept.
 */
export async function uploadByCheckpoints(
  upload: CheckpointedUpload,
  options: TransferOptions,
): Promise<CheckpointedEnd> {
  const saveEveryMs = options.killLossMsMax === undefined ? SAVE_EVERY_MS : 0;
  const checkpoints = new Checkpoints(upload.keeper, options.clock, saveEveryMs);
  const tools = { checkpoints, patience: new UploadPatience(options), options };
  for (let unused = upload.session; ; unused = undefined) {
    try {
      return await sendOnce(upload, unused, tools);
    } catch (thrown) {
      const end = await endAfter(thrown, tools);
      if (end !== undefined) return end;
    }
  }
}

interface UploadTools {
  readonly checkpoints: Checkpoints;
  readonly patience: UploadPatience;
  readonly options: TransferOptions;
}

async function sendOnce(
  upload: CheckpointedUpload,
  unused: UploadSession | undefined,
  { checkpoints, patience, options }: UploadTools,
): Promise<CheckpointedEnd> {
  const sending = new ChunkedSending(upload, checkpoints, options);
  let session: UploadSession | undefined;
  try {
    session = await sending.open(unused);
    if (session.chunkBytesMax === 0) return { kind: "unsuited", session };
    return await sending.send(session, () => {
      patience.renew();
      options.onProgress();
    });
  } catch (thrown) {
    const isOfUse = checkpoints.reached !== undefined && !isDamage(toFerryError(thrown));
    if (!isOfUse && !options.signal.aborted) await session?.cancel({ signal: options.signal });
    throw thrown;
  } finally {
    sending.close();
  }
}

/** What a failure makes of the upload; `undefined`: it was waited out, try again. */
async function endAfter(
  thrown: unknown,
  { checkpoints, patience, options }: UploadTools,
): Promise<CheckpointedEnd | undefined> {
  const { signal, clock } = options;
  if (signal.aborted) await checkpoints.save().catch(() => undefined);
  signal.throwIfAborted();
  const error = withSide(thrown, "target");
  if (checkpoints.reached === undefined && CHUNKS_REFUSED.has(error.code)) {
    return { kind: "unsuited", session: undefined };
  }
  if (isDamage(error)) checkpoints.drop();
  const waitMs = patience.waitAfter(error);
  if (waitMs === undefined) {
    const isOurs = await checkpoints.save();
    return isOurs ? { kind: "failed", error: asFinal(error) } : { kind: "lost" };
  }
  await clock.sleep(waitMs, signal);
  return undefined;
}

/** After a second damaged upload a third would end the same. */
function asFinal(error: FerryError): FerryError {
  if (!isDamage(error) || error.remedy === "giveUp") return error;
  return new FerryError(error.message, { code: error.code, remedy: "giveUp", cause: error });
}
