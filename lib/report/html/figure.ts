/** Figures and tables of a page: heading, picture, caption, data. */
import type { ArmStyle } from "../render/theme.ts";
import { type Html, html, type HtmlPart } from "./html.ts";

/** A table as a download that the page carries with it. `table` is anything with `toCSV`. */
export function csvLink(
  name: string,
  table: { readonly toCSV: () => string },
  text = "data (CSV)",
): Html {
  const bytes = new TextEncoder().encode(table.toCSV());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const uri = `data:text/csv;charset=utf-8;base64,${btoa(binary)}`;
  return html`<a class="data" download="${name}.csv" href="${uri}">${text}</a>`;
}

/** Which colour is which arm; wraps on narrow pages. */
export function legend(styles: readonly ArmStyle[], extra: readonly Html[] = []): Html {
  const keys = styles.map(({ name, colour, dash: [on, off] }) =>
    html`<li><svg width="26" height="10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${
      off === 0 ? "none" : `${on} ${off}`
    }"/></svg>${name}</li>`
  );
  return html`<ul class="legend">${keys}${extra.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** A small chart with its own title. */
export function panel(title: HtmlPart, picture: HtmlPart, note: HtmlPart = null): Html {
  return html`<div class="panel"><h4>${title}</h4>${picture}${
    note === null ? null : html`<p class="note">${note}</p>`
  }</div>`;
}

/** Panels side by side as far as they fit. */
export function panels(
  content: readonly Html[],
  layout: "pairs" | "grid" | "small" = "grid",
): Html {
  return html`<div class="panels ${layout}">${content}</div>`;
}

/** A figure with its caption beneath. */
export function figure(
  { id, legend, content, caption, data }: {
    readonly id: string;
    readonly legend?: Html;
    readonly content: HtmlPart;
    /** Method, n, and what varies with the seed. */
    readonly caption: HtmlPart;
    readonly data?: HtmlPart;
  },
): Html {
  return html`
    <figure
      id="${id}">${legend ?? null}${content}<figcaption>${caption} ${data ??
        null}</figcaption></figure>
  `;
}

/** A table that scrolls in a box of its own where it is too wide. The first cell of a row is its heading. */
export function dataTable(
  { label, head, rows, numeric = true }: {
    readonly label: string;
    readonly head: readonly HtmlPart[];
    readonly rows: readonly (readonly HtmlPart[])[];
    /** Whether all columns but the first hold numbers. */
    readonly numeric?: boolean;
  },
): Html {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="${label}">
      <table class="${numeric ? "numbers" : "words"}">
        <thead>
          <tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr>
        </thead>
        <tbody>${rows.map(([first, ...rest]) =>
          html`<tr><th scope="row">${first ?? null}</th>${
            rest.map((cell) => html`<td>${cell}</td>`)
          }</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}

/** Alternatives of which one is shown, chosen by radio buttons: works without scripts. */
export function tabs(
  name: string,
  options: readonly { readonly label: string; readonly content: Html }[],
): Html {
  const inputs = options.map(({ label }, i) =>
    html`
      <input type="radio" name="${name}" id="${name}-${i}" ${i === 0
        ? html`
          checked
        `
        : null}><label
        for="${name}-${i}">${label}</label>
    `
  );
  return html`
    <div class="tabs">
      <fieldset><legend>Horizontal axis</legend>${inputs}${options.map(({ content }) =>
        html`<div class="tab">${content}</div>`
      )}</fieldset>
    </div>
  `;
}
