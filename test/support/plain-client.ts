import { collect } from "../../lib/base/byte-stream.ts";
import type { HttpMethod, HttpResponse, Transport } from "../../lib/http/transport.ts";
import type { Digest } from "../../lib/oci/digest.ts";
import { digestOf } from "../../lib/oci/digest.ts";

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** A request of the plain client; `path` may be a whole URL. */
interface PlainRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** An answer, read to its end. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** A client that does exactly what it is told: no auth, no redirect, no retry. */
export interface PlainClient {
  send(method: HttpMethod, path: string, request?: PlainRequest): Promise<PlainResponse>;
  /** Opens an upload and gives the location of its session. */
  openUpload(repository: string): Promise<string>;
  /** POST and one PUT with the whole body. */
  pushBlob(repository: string, content: Uint8Array): Promise<PlainResponse>;
  pushManifest(
    repository: string,
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
  ): Promise<PlainResponse>;
}

/** Makes a plain client for one origin. */
export function plainClient(transport: Transport, origin = "http://registry.test"): PlainClient {
  const send: PlainClient["send"] = async (method, path, request = {}) => {
    const { body, headers } = request;
    const response = await transport.send({
      method,
      url: new URL(path, origin),
      ...(headers && { headers }),
      ...(body !== undefined && { body: Buffer.from(body) }),
    });
    const bytes = (await collect(response.body, BODY_BYTES_MAX)) ?? new Uint8Array();
    const text = Buffer.from(bytes).toString("utf8");
    return { status: response.status, headers: response.headers, bytes, text };
  };
  const openUpload = async (repository: string) => {
    const response = await send("POST", `/v2/${repository}/blobs/uploads/`);
    return response.headers.get("location") ?? "";
  };
  return {
    send,
    openUpload,
    async pushBlob(repository, body) {
      const location = await openUpload(repository);
      return send("PUT", withDigest(location, digestOf(body)), { body });
    },
    pushManifest: (repository, reference, { mediaType, bytes: body }) =>
      send("PUT", `/v2/${repository}/manifests/${reference}`, {
        body,
        headers: { "content-type": mediaType },
      }),
  };
}

/** The closing request's address: the location as it was given, and the digest. */
export function withDigest(location: string, digest: Digest): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${digest}`;
}
