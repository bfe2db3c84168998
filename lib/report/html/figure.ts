/** Figures and tables of a page: heading, picture, caption, data, downloads. */
import { Buffer } from "node:buffer";
import { latexTable } from "../export/latex.ts";
import { csvOfRows, csvTable, markdownTable } from "../export/plain_tables.ts";
import { slug } from "../export/slug.ts";
import { formatFixed, formatSigned } from "../format.ts";
import type { ArmStyle } from "../render/theme.ts";
import {
  type Artifact,
  type CellValue,
  type LegendKey,
  type PictureArtifact,
  picturesOf,
  type TableArtifact,
  type TableCell,
} from "./artifact.ts";
import { artifactsOf, Html, type HtmlPart, markup, plainText } from "./html.ts";

/** Text as a file that the page carries with it: can be had without scripts. */
function dataUri(type: string, text: string): string {
  return `data:${type};charset=utf-8;base64,${Buffer.from(text).toString("base64")}`;
}

/** Binary arithmetic's last digits carry nothing, and make up half of the bytes. */
function nineDigits(csv: string): string {
  return csv.replace(
    /-?\d+\.\d{9,}(?:e-?\d+)?/g,
    (number) => String(Number(Number(number).toPrecision(9))),
  );
}

/**
 * A table as a download that the page carries with it, with nine significant digits. `table` is anything with
 * `toCSV`.
 */
export function csvLink(
  name: string,
  table: { readonly toCSV: () => string },
  text = "data (CSV)",
): Html {
  const csv = nineDigits(table.toCSV());
  const link = markup`<a class="data" data-download="csv" download="${name}.csv" href="${
    dataUri("text/csv", csv)
  }">${text}</a>`;
  return new Html(link.text, [{ kind: "data", name, csv }]);
}

/** Which colour is which arm; wraps on narrow pages. */
export function legend(styles: readonly ArmStyle[], extra: readonly Html[] = []): Html {
  const keys = styles.map(({ name, colour, dash }): LegendKey => ({
    label: name,
    colour,
    mark: "line",
    dash,
  }));
  return keyLegend(keys, extra);
}

/** What lines, bars and outlines of a figure stand for. */
export function keyLegend(keys: readonly LegendKey[], extra: readonly Html[] = []): Html {
  const drawn = keys.map(({ label, colour, mark, dash }) => {
    switch (mark) {
      case "bar":
        return markup`<li><span class="swatch" style="background:${colour}"></span>${label}</li>`;
      case "outline":
        return markup`<li><span class="outline"></span>${label}</li>`;
      case "line":
        return markup`<li><svg width="26" height="10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${
          dash[1] === 0 ? "none" : dash.join(" ")
        }"/></svg>${label}</li>`;
    }
  });
  const list = markup`<ul class="legend">${drawn}${
    extra.map((item) => markup`<li>${item}</li>`)
  }</ul>`;
  return new Html(list.text, [{ kind: "legend", keys }, ...list.artifacts]);
}

/** A small chart with its own title. */
export function panel(title: HtmlPart, picture: HtmlPart, note: HtmlPart = null): Html {
  const { text, artifacts } = markup`<div class="panel"><h4>${title}</h4>${picture}${
    note === null ? null : markup`<p class="note">${note}</p>`
  }</div>`;
  const titled = artifacts.map((part): Artifact =>
    part.kind === "picture"
      ? { ...part, title: plainText(title), note: note === null ? null : plainText(note) }
      : part
  );
  return new Html(text, titled);
}

/** Two panels that belong together: one above the other, or side by side on a narrow page. */
export function pair(first: Html | null, second: Html | null): Html {
  const empty = markup`<div class="panel"></div>`;
  const { text } = markup`<div class="pair">${first ?? empty}${second ?? empty}</div>`;
  const panels = [first, second].map((half) => picturesOf(artifactsOf(half))[0] ?? null);
  return new Html(text, [{ kind: "stack", panels }]);
}

/** Panels side by side as far as they fit. */
export function panels(
  content: readonly Html[],
  layout: "pairs" | "grid" | "small" | "paired" = "grid",
): Html {
  return markup`<div class="panels ${layout}">${content}</div>`;
}

/** A figure's name in the names of its files. */
export const figureName = (id: string) => id.replace(/^figure-/, "");

/** What is drawn, for figures that bring no table of their own. */
function drawnValues(id: string, pictures: readonly PictureArtifact[]): Html | null {
  const rows = pictures.flatMap(({ title, label, values }) =>
    values.map((row) => ({ panel: title ?? label, ...row }))
  );
  return rows.length === 0 ? null : csvLink(figureName(id), { toCSV: () => csvOfRows(rows) });
}

/**
 * A figure with its caption beneath. Its pictures, one by one and together, are offered as SVG and PNG by the
 * page's script; without `data` its CSV holds what is drawn.
 */
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
  const shown = [...artifactsOf(legend ?? null), ...artifactsOf(content)];
  const download = data ?? drawnValues(id, picturesOf(shown));
  const parts = [...shown, ...artifactsOf(download)];
  const keys = parts.flatMap((part) => part.kind === "legend" ? part.keys : []);
  const { text } = markup`<figure id="${id}" data-keys="${JSON.stringify(keys)}">${
    legend ?? null
  }${content}
<figcaption>${caption} ${download}</figcaption></figure>`;
  return new Html(text, [{ kind: "figure", id, caption: plainText(caption), parts }]);
}

/**
 * A value for a cell of a table, with half its interval's width where it has one: exported tables set it as a
 * number, and mark the best one and those not shown to be worse.
 */
export function valueCell(
  { value, half = null, digits, signed = false, mark = null }:
    & Partial<CellValue>
    & Pick<CellValue, "value" | "digits">,
): Html {
  const number = signed ? formatSigned(value, digits) : formatFixed(value, digits);
  const marked = mark === "best" ? markup`<strong>${number}</strong>` : markup`${number}`;
  const range = half === null ? null : ` ± ${formatFixed(half, digits)}`;
  const { text } = markup`${marked}${mark === "notWorse" && "†"}${range}`;
  return new Html(text, [{ kind: "cell", value, half, digits, signed, mark }]);
}

/** The number of a cell that is made of nothing else, or what it says. */
function tableCell(part: HtmlPart): TableCell {
  const [artifact] = artifactsOf(part);
  return artifact?.kind === "cell" ? artifact : plainText(part);
}

const FORMATS = [
  { format: "tex", name: "LaTeX", type: "application/x-tex", write: latexTable },
  { format: "md", name: "Markdown", type: "text/markdown", write: markdownTable },
  { format: "csv", name: "CSV", type: "text/csv", write: csvTable },
] as const;

function tableLinks(table: TableArtifact): Html {
  const links = FORMATS.map(({ format, name, type, write }) =>
    markup` <a data-download="${format}" download="${
      slug(table.label)
    }.${format}" aria-label="${name}: ${table.label}" href="${
      dataUri(type, write(table))
    }">${name}</a>`
  );
  return markup`<p class="get">This table:${links}</p>`;
}

/** A table that scrolls in a box of its own where it is too wide. The first cell of a row is its heading. */
export function dataTable(
  { label, head, rows, numeric = true, wordColumns = 1, shades }: {
    readonly label: string;
    readonly head: readonly HtmlPart[];
    /** Text, or {@link valueCell}. */
    readonly rows: readonly (readonly HtmlPart[])[];
    /** Whether all columns but the first ones hold numbers. */
    readonly numeric?: boolean;
    /** How many columns at the left hold words: 1 or 2. */
    readonly wordColumns?: 1 | 2;
    /** Shares in [0, 1] that shade the cells behind the first of each row, as in the charts; null for none. */
    readonly shades?: readonly (readonly (number | null)[])[];
  },
): Html {
  const shade = (row: number, column: number) => {
    const share = shades?.[row]?.[column];
    return typeof share === "number" && markup` style="--share:${share.toFixed(2)}"`;
  };
  const kind = shades !== undefined ? "heat" : numeric ? `numbers left${wordColumns}` : "words";
  const table: TableArtifact = {
    kind: "table",
    label,
    head: head.map(plainText),
    rows: rows.map((row) => row.map(tableCell)),
    wordColumns: numeric ? wordColumns : head.length,
  };
  const { text } = markup`
    <div class="scroll" tabindex="0" role="region" aria-label="${label}">
      <table class="${kind}">
        <thead>
          <tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr>
        </thead>
        <tbody>${
    rows.map(([first, ...rest], i) =>
      markup`<tr><th scope="row">${first ?? null}</th>${
        rest.map((cell, j) => markup`<td${shade(i, j)}>${cell}</td>`)
      }</tr>`
    )
  }</tbody>
      </table>
    </div>
    ${tableLinks(table)}
  `;
  return new Html(text, [table]);
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
