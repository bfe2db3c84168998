/** The page around a report's sections. */
import { type Html, Html as HtmlText, html } from "./html.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A complete document: no script, and nothing that would have to be fetched. */
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
  const contents = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const body = sections.map(({ id, title, content }) =>
    html`
      <section id="${id}"
        aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>
      ${content}</section>
    `
  );
  return html`
    ${new HtmlText("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}</title>
        <style>${new HtmlText(PAGE_STYLE)}</style>
      </head>
      <body><a class="skip" href="#content">Skip to the content</a>
    <header><h1>${title}</h1>
    ${question.split(/\n\s*\n/).map((text) =>
      html`<p class="question">${text.replace(/\s+/g, " ")}</p>`
    )}
    ${notice === null ? null : html`<p class="notice">${notice}</p>`}
    <nav aria-label="Contents"><ol>${contents}</ol></nav></header>
    <main id="content">
    ${body}</main>
    <footer>${footer}</footer></body>
    </html>
  `.text;
}
