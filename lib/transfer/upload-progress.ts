import type { UploadCheckpoint } from "../registry/repository.ts";

/** An upload session as another invocation can go on with it; plain data, never logged. */
export interface UploadProgress extends UploadCheckpoint {
  /** When the session was opened, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Size of the first chunk, for registries that want them all equal. */
  readonly chunkBytes: number;
  /** What the registry told of its chunks when the session was opened; 0: nothing. */
  readonly chunkBytesMin: number;
  readonly chunkBytesMax: number;
}

/** Where one upload's progress is kept while this worker has the right to it. */
export interface ProgressKeeper {
  /** How far an earlier worker got. */
  readonly progress: UploadProgress | undefined;
  /** Somebody began this upload before and did not finish it. */
  readonly begunBefore: boolean;
  /** Keeps how far this worker got; `false` when the right to the upload is lost. */
  save(progress: UploadProgress): Promise<boolean>;
}
