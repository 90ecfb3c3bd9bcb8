import { html } from "./html.ts";
import type { PageContent } from "./page-shell.ts";

/** What the page to sign in is made of. */
export interface LoginView {
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  /** Why the last try was of no use. */
  readonly problem?: string;
}

/** The page on which a token is given. */
export function loginPage({ next, problem }: LoginView): PageContent {
  const wrong =
    problem === undefined
      ? undefined
      : html`<p class="failure" id="problem" role="alert">${problem}</p>`;
  const invalid =
    problem === undefined ? undefined : html` aria-invalid="true" aria-describedby="problem"`;
  return {
    title: "Sign in",
    body: html`<form class="login" method="post" action="/login" data-next="${next}">
<h1>Sign in</h1>
<p>The pages are open to whoever has a token that may read. Tokens are named in the configuration, under <code>api.tokens</code>.</p>
${wrong}
<input type="text" name="username" value="token" autocomplete="username" hidden>
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" spellcheck="false" required autofocus${invalid}>
<input type="hidden" name="next" value="${next}">
<button class="main" type="submit">Sign in</button>
</form>`,
  };
}
