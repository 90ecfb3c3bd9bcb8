/** The endpoint a request is for (distribution-spec, *Endpoints*; token server and CDN besides). */
export type Route =
  | { readonly kind: "ping" }
  | { readonly kind: "catalog" }
  | { readonly kind: "token" }
  | { readonly kind: "cdn"; readonly repository: string; readonly digest: string }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: string }
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly id: string }
  | { readonly kind: "tags"; readonly repository: string }
  | { readonly kind: "referrers"; readonly repository: string; readonly digest: string }
  | { readonly kind: "unknown" };

/** The route of one kind. */
export type RouteOf<K extends Route["kind"]> = Extract<Route, { kind: K }>;

type Build = (repository: string, last: string) => Route;

const PATTERNS: readonly (readonly [RegExp, Build])[] = [
  [/^\/v2\/?()()$/, () => ({ kind: "ping" })],
  [/^\/v2\/_catalog()()$/, () => ({ kind: "catalog" })],
  [/^\/token()()$/, () => ({ kind: "token" })],
  [/^\/cdn\/(.+)\/([^/]+)$/, (repository, digest) => ({ kind: "cdn", repository, digest })],
  [/^\/v2\/(.+)\/tags\/list()$/, (repository) => ({ kind: "tags", repository })],
  [
    /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    (repository, reference) => ({ kind: "manifest", repository, reference }),
  ],
  [/^\/v2\/(.+)\/blobs\/uploads\/?()$/, (repository) => ({ kind: "uploads", repository })],
  [
    /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    (repository, id) => ({ kind: "upload", repository, id }),
  ],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, (repository, digest) => ({ kind: "blob", repository, digest })],
  [
    /^\/v2\/(.+)\/referrers\/([^/]+)$/,
    (repository, digest) => ({ kind: "referrers", repository, digest }),
  ],
];

/** Finds the endpoint of a path. */
export function routeOf(pathname: string): Route {
  for (const [pattern, build] of PATTERNS) {
    const match = pattern.exec(pathname);
    if (match) return build(decodeURIComponent(match[1] ?? ""), decodeURIComponent(match[2] ?? ""));
  }
  return { kind: "unknown" };
}
