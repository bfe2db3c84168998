/** HTML as a tagged template that escapes what is put into it. */

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, lists are joined, null and false are nothing. */
export type HtmlPart = Html | string | number | null | false | readonly HtmlPart[];

/** `& < > " '` as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(part: HtmlPart): string {
  if (part === null || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return escapeHtml(String(part));
}

/**
 * A piece of HTML.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(markup`<p>${"1 < 2"}${[markup`<b>a</b>`, null]}</p>`.text, "<p>1 &#60; 2<b>a</b></p>");
 * ```
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(parts[i - 1]!) + string));
}
