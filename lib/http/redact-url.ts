/** Query keys of the distribution API that name things and never carry a secret. */
const SHOWN: ReadonlySet<string> = new Set([
  "n",
  "last",
  "mount",
  "from",
  "digest",
  "scope",
  "service",
]);

/** Where the path itself is the capability: what follows an upload endpoint. */
const UPLOAD = /(\/blobs\/uploads?\/|\/artifacts-uploads\/).+$/;

/**
 * Shows a URL without what could be a secret: no user, no fragment, of the query only the keys
 * that are known to be harmless, and no id of an upload session.
 */
export function redactUrl(url: URL | string): string {
  const parsed = typeof url === "string" ? parse(url) : url;
  if (parsed === undefined) return "(not a URL)";
  const path = parsed.pathname.replace(UPLOAD, "$1…");
  const shown = parsed.search
    .slice(1)
    .split("&")
    .filter((pair) => SHOWN.has(pair.split("=", 1)[0] ?? ""));
  const query = shown.length > 0 ? `?${shown.join("&")}` : "";
  return `${parsed.protocol}//${parsed.host}${path}${query}`;
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
