import type { CallOptions } from "../base/call-options.ts";
import { FerryError } from "../base/error.ts";
import type { HttpMethod, HttpResponse, RequestBody } from "../http/transport.ts";
import type { Digest } from "../oci/digest.ts";
import { hasBlob } from "./blobs.ts";
import type { HostCapabilities } from "./host-capabilities.ts";
import type { RegistryCall, RepositoryEndpoint } from "./registry-call.ts";
import { resolveLocation, type UploadLocation } from "./upload-location.ts";

/** Bytes to send in one request of an upload. */
export interface UploadPart extends CallOptions {
  readonly body: RequestBody;
  /** Say which bytes of the blob these are; a registry takes the request for a chunk then. */
  readonly ranged: boolean;
}

const REDIRECTS = [307, 308];

/**
 * One open upload session as the registry sees it: where it lives now, and how many bytes were
 * acknowledged. The count is our own: what registries say about it is often wrong.
 */
export class UploadChannel {
  readonly #at: RepositoryEndpoint;
  #location: UploadLocation;
  #offset: number;

  constructor(at: RepositoryEndpoint, location: UploadLocation, offset = 0) {
    this.#at = at;
    this.#location = location;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get capabilities(): HostCapabilities {
    return this.#at.client.capabilities;
  }

  /** The location of the last answer, whole. */
  get location(): string {
    return this.#location.url.href;
  }

  /** Takes the registry's word for how many bytes it has. */
  acknowledge(bytes: number): void {
    this.#offset = bytes;
  }

  /**
   * Sends bytes as one PATCH; never repeated, since a registry may append them twice.
   *
   * @throws {FerryError} `UPLOAD_REDIRECTED` (retry) when the body has to be sent elsewhere.
   */
  async patch(part: UploadPart): Promise<void> {
    const response = await this.#sendPart("PATCH", this.#location.url, part);
    this.#follow(response);
    this.#offset += bytesOf(part.body);
  }

  /**
   * Closes the session with a PUT, with the last bytes or without; one try.
   *
   * @throws {FerryError} as `patch` does.
   */
  async put(digest: Digest, part: UploadPart | CallOptions = {}): Promise<void> {
    const url = new URL(this.#location.url);
    if (!url.searchParams.has("digest")) {
      // Appended as text: parsing the query would write what is in it anew.
      url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
    }
    await this.#sendPart("PUT", url, part);
  }

  /** Asks how far the session got; a status over 299 says that it is gone or can not be asked. */
  async status(options: CallOptions = {}): Promise<HttpResponse> {
    const expected = [400, 404, 405, 416, 501];
    const response = await this.#send({ method: "GET", expected, ...options });
    if (response.status < 300) this.#follow(response);
    return response;
  }

  /** Gives the session up. */
  async delete(options: CallOptions = {}): Promise<void> {
    await this.#send({ method: "DELETE", once: true, ...options });
  }

  /** Tells whether the repository has the blob, whatever became of the session. */
  isStored(digest: Digest, options: CallOptions = {}): Promise<boolean> {
    return hasBlob(this.#at, { digest }, options);
  }

  /** Repeats a task the way calls to this registry are repeated. */
  retry<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#at.client.retry(task, signal);
  }

  async #sendPart(
    method: "PATCH" | "PUT",
    target: URL,
    part: UploadPart | CallOptions,
  ): Promise<HttpResponse> {
    const { signal } = part;
    const sent = { method, target, once: true, expected: REDIRECTS, ...(signal && { signal }) };
    const response = await this.#send(
      "body" in part ? { ...sent, body: part.body, headers: this.#headersOf(part) } : sent,
    );
    if (!REDIRECTS.includes(response.status)) return response;
    this.#follow(response);
    throw redirected(method, this.#at.client.registry);
  }

  async #send(call: Pick<RegistryCall, "method"> & Partial<RegistryCall>): Promise<HttpResponse> {
    const { client, scopes } = this.#at;
    const response = await client.send({
      about: "upload",
      target: this.#location.url,
      scopes: this.#location.isForeign ? [] : scopes,
      ...call,
    });
    await response.discard();
    return response;
  }

  #headersOf({ body, ranged }: UploadPart): Readonly<Record<string, string>> {
    const type = { "content-type": "application/octet-stream" };
    const last = this.#offset + bytesOf(body) - 1;
    return ranged ? { ...type, "content-range": `${this.#offset}-${last}` } : type;
  }

  /** The location of the last answer is the one to use; one without a location changes nothing. */
  #follow(response: HttpResponse): void {
    const value = response.headers.get("location");
    if (value === undefined) return;
    this.#location = resolveLocation(value, this.#location.url, this.#at.client);
  }
}

function bytesOf(body: RequestBody): number {
  return body instanceof Uint8Array ? body.byteLength : body.bytes;
}

function redirected(method: HttpMethod, registry: string): FerryError {
  return new FerryError(`${method} of an upload to ${registry}: it has to go to another address`, {
    code: "UPLOAD_REDIRECTED",
    remedy: "retry",
  });
}
