import { json, refusal, text, withHeaders } from "./answers.ts";
import type { Exchange, FakeResponse, Handler } from "./exchange.ts";
import type { Quirks } from "./quirks.ts";
import { countOf, isAtSide, type RegistryState, sideOrigin } from "./state.ts";

const NOT_FOUND_TEXT = "404 page not found\n";

/** Listings as other registries give them: tags (P11, P13, P14) and referrers (P33, U36). */
export async function listingLayer(
  state: RegistryState,
  exchange: Exchange,
  next: Handler,
): Promise<FakeResponse> {
  const { kind } = exchange.route;
  if (kind === "referrers") return referrersAnswer(state.quirks) ?? next(exchange);
  if (kind !== "tags" && kind !== "catalog") return next(exchange);
  if (state.quirks.link === "other-host" && isAtSide(state, exchange.url)) return text(200, "{}");
  const odd = kind === "tags" ? oddTags(state, exchange) : undefined;
  if (odd) return odd;
  return withOddLink(state, exchange, await next(exchange));
}

function referrersAnswer(quirks: Quirks): FakeResponse | undefined {
  switch (quirks.noSubject ? "404-text" : quirks.referrers) {
    case "404-text":
      return text(404, NOT_FOUND_TEXT);
    case "404-name":
      return refusal(404, { code: "NAME_UNKNOWN", message: "repository name not known" });
    case "400":
      return refusal(400, { code: "MANIFEST_INVALID", message: "subject unknown" });
    case "405":
      return refusal(405, { code: "UNSUPPORTED", message: "the operation is unsupported" });
    case "406":
      return text(406, "not acceptable");
    case "html":
      return text(200, "<html>welcome</html>", "text/html");
    default:
      return undefined;
  }
}

function oddTags(state: RegistryState, exchange: Exchange): FakeResponse | undefined {
  const { tags } = state.quirks;
  if (tags === undefined || exchange.route.kind !== "tags") return undefined;
  const { repository: name } = exchange.route;
  if (tags === "null") return json(200, { name, tags: null });
  const real = [...(state.store.get(name)?.tags.keys() ?? [])];
  const digest = `sha256:${"0".repeat(64)}`;
  return json(200, { name, tags: [...real, null, digest, "", "not a tag", ...real] });
}

function withOddLink(
  state: RegistryState,
  exchange: Exchange,
  response: FakeResponse,
): FakeResponse {
  const { url } = exchange;
  const { link } = state.quirks;
  if (link === "loop")
    return withHeaders(response, { link: linkTo(`${url.pathname}${url.search}`) });
  const target = /^<(.*)>/.exec(String(response.headers["link"] ?? ""))?.[1];
  if (link === undefined || target === undefined) return response;
  switch (link) {
    case "absolute":
      return withHeaders(response, { link: linkTo(`${url.origin}${target}`) });
    case "unquoted":
      return withHeaders(response, { link: `<${target}>; rel=next` });
    case "comma-joined":
      return withHeaders(response, { link: `<${url.pathname}>; rel="first", ${linkTo(target)}` });
    case "extra-parameters":
      return withHeaders(response, { link: `<${target}>; title="a, b; c"; rel="next"; x` });
    case "other-host":
      return withHeaders(response, { link: linkTo(`${sideOrigin(state, url)}${target}`) });
    case "empty-page":
      return emptyPage(state, url, target, response);
  }
}

/** Every second answer is an empty page that leads to itself. */
function emptyPage(
  state: RegistryState,
  url: URL,
  target: string,
  response: FakeResponse,
): FakeResponse {
  if (countOf(state, "empty page") % 2 === 1) {
    return withHeaders(response, { link: linkTo(target) });
  }
  const headers = { link: linkTo(`${url.pathname}${url.search}`) };
  return json(200, { tags: [], repositories: [] }, headers);
}

function linkTo(target: string): string {
  return `<${target}>; rel="next"`;
}
