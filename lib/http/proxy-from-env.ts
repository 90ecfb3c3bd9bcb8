/**
 * The proxy the environment names for an origin: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in
 * upper or lower case as curl reads them. `NO_PROXY` holds hosts, domain suffixes, `host:port`
 * or `*`; loopback is never proxied.
 *
 * @returns `undefined` when the origin is to be reached directly, or the variable is no URL.
 */
export function proxyFromEnv(
  origin: URL,
  env: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const read = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";
  const proxy = read(origin.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === "" || isLoopbackHost(origin.hostname)) return undefined;
  const exempt = read("NO_PROXY")
    .split(",")
    .some((entry) => covers(entry.trim(), origin));
  if (exempt) return undefined;
  const text = proxy.includes("://") ? proxy : `http://${proxy}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Tells whether a host name can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}

function covers(entry: string, origin: URL): boolean {
  if (entry === "*") return true;
  const [host = "", port] = entry
    .toLowerCase()
    .replace(/^\*?\./, "")
    .split(":");
  if (host === "" || (port !== undefined && port !== portOf(origin))) return false;
  return origin.hostname === host || origin.hostname.endsWith(`.${host}`);
}

function portOf(origin: URL): string {
  return origin.port || (origin.protocol === "https:" ? "443" : "80");
}
