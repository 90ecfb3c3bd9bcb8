import { html } from "./html.ts";
import type { PageContent } from "./page-shell.ts";

/** A page that only says something: that there is no such run, or that something is not allowed. */
export function messagePage(title: string, words: string): PageContent {
  return {
    title,
    body: html`<section class="empty">
<h1>${title}</h1>
<p>${words}</p>
<p><a class="button" href="/">All runs</a></p>
</section>`,
  };
}
