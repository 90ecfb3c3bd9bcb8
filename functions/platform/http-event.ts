import * as z from "zod";

/** An HTTP request to a function, out of its platform's clothes. */
export interface HttpEvent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The very bytes that were sent. */
  readonly body: Uint8Array;
  /** Who signed the request, where the platform has checked that; left out: it has not. */
  readonly signer?: string;
}

/** An answer in the form that both platforms make an HTTP response of. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body is bytes, in base64. */
  readonly isBase64Encoded?: true;
}

const texts = z.record(z.string(), z.string());

const httpEvent = z.object({
  rawPath: z.string(),
  headers: texts.default({}),
  /** Lambda's. */
  rawQueryString: z.string().optional(),
  /** Function Compute's, decoded. */
  queryParameters: texts.nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  /** Lambda's, which takes them out of the headers. */
  cookies: z.array(z.string()).optional(),
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    authorizer: z.object({ iam: z.object({ userArn: z.string() }).nullish() }).nullish(),
  }),
});

/**
 * Reads the event of a function URL or an HTTP API of AWS (format 2.0), or of an HTTP trigger of
 * Function Compute 3, which has nearly the same fields; `undefined` when it is no HTTP event.
 */
export function readHttpEvent(event: unknown): HttpEvent | undefined {
  const read = httpEvent.safeParse(event);
  if (!read.success) return undefined;
  const { rawPath, rawQueryString, queryParameters, headers, requestContext } = read.data;
  const { body, isBase64Encoded, cookies } = read.data;
  const names = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const signer = requestContext.authorizer?.iam?.userArn;
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString ?? queryParameters ?? {}),
    headers: new Map(cookies ? [...names, ["cookie", cookies.join("; ")]] : names),
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
    ...(signer !== undefined && { signer }),
  };
}
