/** HTML as a tagged template that escapes what is put into it. */
import type { Artifact } from "./artifact.ts";

/** Text that is HTML already, and what it shows. */
export class Html {
  constructor(readonly text: string, readonly artifacts: readonly Artifact[] = []) {}
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

/** What a part shows, in reading order. */
export function artifactsOf(part: HtmlPart): readonly Artifact[] {
  if (part instanceof Html) return part.artifacts;
  return Array.isArray(part) ? (part as readonly HtmlPart[]).flatMap(artifactsOf) : [];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", nbsp: " " };

/** What a reader sees of a part: without tags, and with its entities as characters. */
export function plainText(part: HtmlPart): string {
  return textOf(part).replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|([a-z]+));/g, (entity, code: string | undefined, name: string) => {
      return code === undefined ? ENTITIES[name] ?? entity : String.fromCodePoint(Number(code));
    })
    .replace(/\s+/g, " ").trim();
}

/**
 * A piece of HTML. It shows what its parts show.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(markup`<p>${"1 < 2"}${[markup`<b>a</b>`, null]}</p>`.text, "<p>1 &#60; 2<b>a</b></p>");
 * ```
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const text = strings.reduce((text, string, i) => text + textOf(parts[i - 1]!) + string);
  return new Html(text, parts.flatMap(artifactsOf));
}
