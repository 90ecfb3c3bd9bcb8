/** Switches of uploads. */
export interface UploadQuirks {
  /** U2, U3: the form of upload locations. Default: relative, with `_state`. */
  readonly location:
    | "other-host"
    | "absolute"
    | "port"
    | "no-scheme"
    | "fragment"
    | `http${string}`;
  /** U4: what a mount gets: a session (202), or a refusal. */
  readonly mount: 202 | 400 | 401 | 403 | 404 | 405;
  /** U6: `ignore` throws the body of a single POST away and opens a session. */
  readonly singlePost: "ignore";
  /** U7: a PATCH with `Content-Range` above this many bytes is 416. */
  readonly maxRangedPatch: number;
  /** U7b: the status of a PUT with a body into a session without PATCH. */
  readonly monolithicPut: number;
  /**
   * U8, U9: parts below `partBytesMin` (default 5 MiB) refused, PATCH answers 201, `Range` stuck
   * at the first part, an empty closing PUT after parts is 500.
   */
  readonly ecr: true | { readonly partBytesMin: number };
  /** U10: a PATCH with `Content-Range`, and any second PATCH, is refused. */
  readonly chunks: "refuse";
  /** U11: `Content-Range: bytes a-b/*` is refused. */
  readonly strictContentRange: boolean;
  /** U12: `Content-Range` is not looked at. */
  readonly ignoreContentRange: boolean;
  /** U13: what `Range` says in upload answers. */
  readonly uploadRange: "off-by-one" | "zero-minus-one" | "per-chunk" | "missing";
  /** U14: the status request answers without `Location`, or with 404. */
  readonly uploadStatus: "no-location" | "unknown";
  /** U15: a session dies when its connection breaks. */
  readonly dieOnCut: boolean;
  /** U16: `OCI-Chunk-Min-Length`, bytes; a smaller chunk may only be the last. */
  readonly chunkMinLength: number;
  /** U17: `OCI-Chunk-Max-Length`, bytes; larger chunks are 413. */
  readonly chunkMaxLength: number;
  /** U17: every chunk but the last must be as large as the first. */
  readonly equalParts: boolean;
  /** U19: this many upload PUTs are refused with 401 while their body is under way. */
  readonly expireDuringPut: number;
  /** U20: upload PUTs are sent to the other port with 307, their body unread. */
  readonly put307: boolean;
  /** U21: the status of a PUT that worked. */
  readonly putStatus: 200 | 202 | 204;
  /** U23: milliseconds between two reads of a request body. */
  readonly readDelay: number;
  /** U25: milliseconds until a manifest may name a blob that was pushed. */
  readonly visibleAfterMs: number;
  /** U41: upload sessions open for repositories whose name is not allowed. */
  readonly uppercasePost: boolean;
}
