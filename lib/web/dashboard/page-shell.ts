import { assetPath } from "./assets.ts";
import { type Html, html } from "./html.ts";

/** A page's own part. */
export interface PageContent {
  readonly title: string;
  /** Which entry of the navigation it belongs to; left out: none. */
  readonly section?: Section;
  readonly body: Html;
  /** Said to screen readers when it has changed; coarse, so that they are not talked to all the time. */
  readonly announcement?: string;
  /** After how long it is worth another look, milliseconds; left out: it never changes. */
  readonly refreshMs?: number;
  /** A path that sends an event at each change. */
  readonly events?: string;
}

/** What stands around a page's own part. */
export interface PageFrame {
  /** A cookie let the caller in, and can be taken back. */
  readonly signedIn: boolean;
  /** Nobody is let in yet: there is nothing to go to. */
  readonly closed: boolean;
}

type Section = (typeof SECTIONS)[number][1];

const SECTIONS = [
  ["/", "Runs"],
  ["/policies", "Policies"],
  ["/registries", "Registries"],
] as const;

/** A whole page. */
export function wholePage(content: PageContent, frame: PageFrame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${content.title} · imageferry</title>
<link rel="icon" type="image/svg+xml" href="${assetPath("mark.svg")}">
<link rel="stylesheet" href="${assetPath("dashboard.css")}">
<script src="${assetPath("dashboard.js")}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="/"><img src="${assetPath("mark.svg")}" alt="" width="28" height="28">imageferry</a>
${frame.closed ? undefined : navigation(content.section)}
<div class="tools">
${content.refreshMs === undefined ? undefined : html`<span class="live js-only" id="live" data-state="live">Live</span>`}
<button class="js-only" id="theme" type="button"><span class="what">Theme:&nbsp;</span><span id="theme-name">system</span></button>
${frame.signedIn ? html`<form method="post" action="/logout"><button type="submit">Sign out</button></form>` : undefined}
</div>
</header>
${pageMain(content)}
<p class="unseen" id="status" role="status" aria-live="polite"></p>
${content.refreshMs === undefined ? undefined : html`<p class="still">Without JavaScript this page stands still. Load it again to see what has changed.</p>`}
</body>
</html>
`;
}

/** The part of a page that is fetched again while it is looked at. */
export function pageMain({ title, body, announcement, refreshMs, events }: PageContent): Html {
  const live = refreshMs === undefined ? undefined : html` data-refresh-ms="${refreshMs}"`;
  const source = events === undefined ? undefined : html` data-events="${events}"`;
  const said = announcement === undefined ? undefined : html` data-announce="${announcement}"`;
  return html`<main id="content" tabindex="-1" data-title="${title} · imageferry"${live}${source}${said}>
${body}
</main>`;
}

function navigation(section: Section | undefined): Html {
  const links = SECTIONS.map(([href, name]) => {
    const current = name === section ? html` aria-current="page"` : undefined;
    return html`<li><a href="${href}"${current}>${name}</a></li>`;
  });
  return html`<nav aria-label="Main"><ul>${links}</ul></nav>`;
}
