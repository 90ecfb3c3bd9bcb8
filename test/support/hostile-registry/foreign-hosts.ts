import { empty, refusal, withHeaders } from "../fake-registry/answers.ts";
import type { FakeResponse } from "../fake-registry/exchange.ts";
import type { HostileCase, HostileSetup, Twist } from "./hostile-case.ts";

const PUBLISHED = { published: true } as const;

/** Registries that lead their clients, and what these carry, to other hosts. */
export const FOREIGN_HOSTS: readonly HostileCase[] = [
  {
    ...PUBLISHED,
    name: "Bearer realm on another host",
    right: "refused",
    codes: ["TOKEN_REALM_REFUSED"],
    arrange: ({ foreign }) => realm(`${foreign}/token`),
  },
  {
    ...PUBLISHED,
    name: "upload Location on another host",
    right: "refused",
    codes: ["UPLOAD_LOCATION_REFUSED"],
    arrange: ({ foreign }) => ({ target: uploadsAt(`${foreign}/upload?digest=`) }),
  },
  {
    ...PUBLISHED,
    name: "blob 307 to another host",
    right: "harmless",
    codes: ["ADDRESS_FORBIDDEN"],
    arrange: ({ foreign }) => ({ source: blobsAt(foreign) }),
  },
  {
    ...PUBLISHED,
    name: "307 to another port of the same host",
    right: "harmless",
    codes: ["ADDRESS_FORBIDDEN"],
    arrange: ({ sibling }) => ({ source: blobsAt(sibling) }),
  },
  {
    name: "Bearer realm on another port of the same host",
    right: "refused",
    codes: ["TOKEN_REALM_REFUSED"],
    arrange: ({ sibling }) => realm(`${sibling}/token`),
  },
  {
    name: "Bearer realm with a user name in it",
    right: "refused",
    codes: ["TOKEN_REALM_REFUSED"],
    arrange: ({ foreign }) => realm(foreign.replace("//", "//127.0.0.1@")),
  },
  {
    name: "Bearer realm that is no web address",
    right: "refused",
    codes: ["TOKEN_REALM_REFUSED"],
    arrange: () => realm("file:///etc/passwd"),
  },
  {
    name: "token server that redirects to another host",
    right: "refused",
    codes: ["TOKEN_REQUEST_REFUSED", "TOKEN_REFUSED", "TOKEN_REPLY_INVALID"],
    arrange: ({ foreign }) => ({
      bearer: true,
      source: on("token", () => redirect(307, `${foreign}/token`)),
    }),
  },
  {
    name: "Basic challenge at the target of a redirect",
    right: "harmless",
    codes: ["ADDRESS_FORBIDDEN"],
    arrange: ({ sibling }) => ({ source: blobsAt(`${sibling}/challenge`) }),
  },
  {
    name: "manifest 307 to another host",
    right: "harmless",
    codes: ["ADDRESS_FORBIDDEN"],
    arrange: ({ foreign }) => ({
      source: on("manifest", () => redirect(307, `${foreign}/manifest`)),
    }),
  },
  {
    name: "tag list continued on another host",
    right: "refused",
    codes: ["LINK_FOREIGN_HOST"],
    arrange: ({ foreign }) => ({
      wanted: "all-tags",
      source: async (request, honest) => {
        const response = await honest();
        if (request.route.kind !== "tags") return response;
        return withHeaders(response, { link: `<${foreign}/v2/app/tags/list?n=1>; rel="next"` });
      },
    }),
  },
  {
    name: "redirect in a circle",
    right: "refused",
    codes: ["REDIRECT_REFUSED"],
    arrange: () => ({
      source: on("manifest", ({ url }) => redirect(302, url.pathname)),
    }),
  },
  {
    name: "redirect without an end",
    right: "refused",
    codes: ["REDIRECT_REFUSED"],
    arrange: () => ({
      source: on("manifest", ({ url }) =>
        redirect(302, `${url.pathname}?hop=${Number(url.searchParams.get("hop") ?? 0) + 1}`),
      ),
    }),
  },
  {
    name: "redirect to a file",
    right: "refused",
    codes: ["REDIRECT_REFUSED"],
    arrange: () => ({ source: on("manifest", () => redirect(307, "file:///etc/passwd")) }),
  },
  {
    name: "redirect to a metadata service",
    right: "refused",
    codes: ["ADDRESS_FORBIDDEN"],
    arrange: () => ({
      source: on("blob", () => redirect(307, "http://0xA9FEA9FE/latest/meta-data/")),
    }),
  },
  {
    name: "upload Location on another port of the same host",
    right: "refused",
    codes: ["UPLOAD_LOCATION_REFUSED"],
    arrange: ({ sibling }) => ({ target: uploadsAt(`${sibling}/upload?digest=`) }),
  },
  {
    name: "upload Location with the registry's name before an @",
    right: "refused",
    codes: ["UPLOAD_LOCATION_REFUSED"],
    arrange: ({ foreign }) => ({
      target: uploadsAt(`${foreign.replace("//", "//127.0.0.1:80@")}/upload?digest=`),
    }),
  },
  {
    name: "upload Location without a scheme, behind backslashes",
    right: "refused",
    codes: ["UPLOAD_LOCATION_REFUSED"],
    arrange: ({ foreign }) => ({
      target: uploadsAt(`${foreign.replace("http://", "\\\\")}/upload?digest=`),
    }),
  },
  {
    name: "upload PUT 307 to another host",
    right: "refused",
    codes: ["UPLOAD_LOCATION_REFUSED", "UPLOAD_REDIRECTED"],
    arrange: ({ foreign }) => ({
      target: on("upload", () => redirect(307, `${foreign}/upload?digest=`)),
    }),
  },
  {
    name: "manifest PUT 307 to another host",
    right: "refused",
    codes: ["REQUEST_REFUSED", "REDIRECT_REFUSED", "MANIFEST_REFUSED"],
    arrange: ({ foreign }) => ({
      target: async (request, honest) =>
        request.route.kind === "manifest" && request.method === "PUT"
          ? redirect(307, `${foreign}/manifest`)
          : honest(),
    }),
  },
];

function realm(address: string): HostileSetup {
  return { bearer: true, quirks: { realm: address } };
}

function redirect(status: number, location: string): FakeResponse {
  return empty(status, { location });
}

/** Answers one kind of endpoint itself. */
function on(
  kind: Parameters<Twist>[0]["route"]["kind"],
  answer: (request: Parameters<Twist>[0]) => FakeResponse,
): Twist {
  return async (request, honest) => (request.route.kind === kind ? answer(request) : honest());
}

/** Blobs are said to be elsewhere, to those who may have them. */
function blobsAt(origin: string): Twist {
  return async (request, honest) => {
    const { route } = request;
    if (route.kind !== "blob" || request.headers["authorization"] === undefined) return honest();
    return redirect(307, `${origin}/blobs/${route.digest}`);
  };
}

/** Uploads are said to go on elsewhere. */
function uploadsAt(location: string): Twist {
  return async (request, honest) => {
    const isStart = request.route.kind === "uploads" && request.method === "POST";
    const response = await honest();
    if (!isStart || response.status >= 300) return response;
    const answer = request.url.searchParams.has("mount")
      ? refusal(404, { code: "BLOB_UNKNOWN", message: "no such blob" })
      : empty(202);
    return withHeaders(answer, { location, range: "0-0" });
  };
}
