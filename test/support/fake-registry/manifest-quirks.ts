/** Switches of serving manifests. */
export interface ManifestQuirks {
  /** P1: a manifest whose type `Accept` does not name is 404. */
  readonly strictAccept: boolean;
  /** P2: a manifest whose type `Accept` does not name is converted to schema 1. */
  readonly convertToSchema1: boolean;
  /** P3: no `Docker-Content-Digest`. */
  readonly noDigestHeader: boolean;
  /** P4: the `Docker-Content-Digest` of every manifest. */
  readonly digestHeader: string;
  /** P5: the status of a manifest HEAD. */
  readonly headManifest: number;
  /** P6: the status of a manifest GET, with an error in JSON. */
  readonly get: number;
  /** P7: the `Content-Type` of manifests. */
  readonly contentType: "parameters" | "missing" | "text/plain";
  /** P35: after this many requests for a tag it moves to another manifest. */
  readonly retagAfter: number;
  /** P35: after this many requests for a tag it is gone. */
  readonly untagAfter: number;
  /** P38: the header of manifest answers, such as `2;w=21600`. */
  readonly "ratelimit-remaining": string;
  /** P40: `false` leaves out `ETag` and never answers 304. */
  readonly etag: boolean;
}
