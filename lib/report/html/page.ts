/** The page around a report's sections. */
import { Html, markup } from "./html.ts";
import { pageScript } from "./page_script.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A complete document, readable without its one script; nothing has to be fetched. */
export function page(
  { title, question, notice, sections, footer }: {
    readonly title: string;
    readonly question: string;
    readonly notice: string | null;
    readonly sections: readonly {
      readonly id: string;
      readonly title: string;
      readonly content: Html;
    }[];
    readonly footer: string;
  },
): string {
  const contents = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  const body = sections.map(({ id, title, content }) =>
    markup`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${title}</h2>
${content}</section>
`
  );
  const paragraphs = question.split(/\n\s*\n/).map((text) => text.replace(/\s+/g, " "));
  return markup`${new Html("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(PAGE_STYLE)}</style></head>
<body><a class="skip" href="#content">Skip to the content</a>
<header><h1>${title}</h1>
${paragraphs.map((text) => markup`<p class="question">${text}</p>`)}
${notice !== null && markup`<p class="notice">${notice}</p>`}
<nav aria-label="Contents"><ol>${contents}</ol></nav></header>
<main id="content">
${body}</main>
<footer>${footer}</footer>
<script>${new Html(pageScript())}</script></body></html>
`.text;
}
