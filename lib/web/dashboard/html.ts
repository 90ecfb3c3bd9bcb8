/** Markup made by {@link html} alone: nobody else can make one. */
class SafeMarkup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Markup whose foreign parts are escaped. */
export type Html = SafeMarkup;

/** What may stand in a template: text is escaped, markup is not, lists are joined, `undefined` is nothing. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["`", "&#96;"],
  ["\n", "\n"],
  ["\t", "\t"],
]);

/**
 * Makes markup of a template: what is put in is escaped for text and for quoted attributes.
 * Characters that control a terminal or the direction of writing become U+FFFD, so that a name
 * cannot pass for another one. Attributes must be quoted.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const [first = "", ...rest] = parts;
  return new SafeMarkup(
    rest.reduce((text, part, index) => text + textOf(values[index]) + part, first),
  );
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  if (value instanceof SafeMarkup) return value.toString();
  return value.map(textOf).join("");
}

function escapeText(text: string): string {
  return text.replace(
    /[&<>"'`]|\p{Cc}|\p{Bidi_Control}/gu,
    (character) => ENTITIES.get(character) ?? "\u{fffd}",
  );
}
