import { type Html, html } from "./html.ts";

/**
 * A name of a repository, or of a tag or digest in it. What tells it from its neighbours, the tag
 * or digest, stands out; lines break after slashes first.
 */
export function imageName(name: string): Html {
  const digest = name.indexOf("@");
  const colon = name.lastIndexOf(":");
  const cut = digest >= 0 ? digest : colon > name.lastIndexOf("/") ? colon : name.length;
  const [first = "", ...rest] = name.slice(0, cut).split("/");
  const end = name.slice(cut);
  return html`<bdi class="name">${first}${rest.map((part) => html`/<wbr>${part}`)}${
    end === "" ? undefined : html`<wbr><b>${end}</b>`
  }</bdi>`;
}
