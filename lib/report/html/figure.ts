/** Figures and tables of a page: heading, picture, caption, data. */
import type { ArmStyle } from "../render/theme.ts";
import { type Html, type HtmlPart, markup } from "./html.ts";

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
  return markup`<a class="data" download="${name}.csv" href="${uri}">${text}</a>`;
}

/** Which colour is which arm; wraps on narrow pages. */
export function legend(styles: readonly ArmStyle[], extra: readonly Html[] = []): Html {
  const keys = styles.map(({ name, colour, dash: [on, off] }) =>
    markup`<li><svg width="26" height="10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${
      off === 0 ? "none" : `${on} ${off}`
    }"/></svg>${name}</li>`
  );
  return markup`<ul class="legend">${keys}${extra.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

/** A small chart with its own title. */
export function panel(title: HtmlPart, picture: HtmlPart, note: HtmlPart = null): Html {
  return markup`<div class="panel"><h4>${title}</h4>${picture}${
    note === null ? null : markup`<p class="note">${note}</p>`
  }</div>`;
}

/** Two panels that belong together: one above the other, or side by side on a narrow page. */
export function pair(first: Html | null, second: Html | null): Html {
  const empty = markup`<div class="panel"></div>`;
  return markup`<div class="pair">${first ?? empty}${second ?? empty}</div>`;
}

/** Panels side by side as far as they fit. */
export function panels(
  content: readonly Html[],
  layout: "pairs" | "grid" | "small" | "paired" = "grid",
): Html {
  return markup`<div class="panels ${layout}">${content}</div>`;
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
  return markup`<figure id="${id}">${legend ?? null}${content}
<figcaption>${caption} ${data ?? null}</figcaption></figure>`;
}

/** A table that scrolls in a box of its own where it is too wide. The first cell of a row is its heading. */
export function dataTable(
  { label, head, rows, numeric = true, wordColumns = 1 }: {
    readonly label: string;
    readonly head: readonly HtmlPart[];
    readonly rows: readonly (readonly HtmlPart[])[];
    /** Whether all columns but the first ones hold numbers. */
    readonly numeric?: boolean;
    /** How many columns at the left hold words: 1 or 2. */
    readonly wordColumns?: 1 | 2;
  },
): Html {
  return markup`
    <div class="scroll" tabindex="0" role="region" aria-label="${label}">
      <table class="${numeric ? `numbers left${wordColumns}` : "words"}">
        <thead>
          <tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr>
        </thead>
        <tbody>${
    rows.map(([first, ...rest]) =>
      markup`<tr><th scope="row">${first ?? null}</th>${
        rest.map((cell) => markup`<td>${cell}</td>`)
      }</tr>`
    )
  }</tbody>
      </table>
    </div>
  `;
}

/** Alternatives of which one is shown, chosen by radio buttons: works without scripts. */
export function tabs(
  name: string,
  options: readonly { readonly label: string; readonly content: Html }[],
): Html {
  const inputs = options.map(({ label }, i) => {
    const id = `${name}-${i}`, checked = i === 0 && markup` checked`;
    return markup`<input type="radio" name="${name}" id="${id}"${checked}>
<label for="${id}">${label}</label>`;
  });
  const contents = options.map(({ content }) => markup`<div class="tab">${content}</div>`);
  return markup`<div class="tabs"><fieldset><legend>Horizontal axis</legend>
${inputs}${contents}</fieldset></div>`;
}
