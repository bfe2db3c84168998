/** Puts legend, titles and pictures of a figure together as one SVG that stands alone. */
import type { LegendKey } from "./artifact.ts";

/** A picture with what stands around it in the page. */
export interface ComposedPanel {
  readonly title: string;
  readonly note: string | null;
  /** The `<svg>` element; its own attributes are dropped. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What is put together. */
export interface FigureParts {
  /** Read out instead of the picture. */
  readonly label: string;
  readonly keys: readonly LegendKey[];
  /** Side by side as far as they fit, each a pile of panels; null is a place left empty. */
  readonly stacks: readonly (readonly (ComposedPanel | null)[])[];
}

/** A drawing and its size in pixels. */
export interface ComposedFigure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/**
 * One SVG without references to anything outside of it: colours of light pages, on white, sized for print. 356 px
 * are a column of 85 mm, so that type of 11 px is 7.4 pt high in every figure; none is wider than two columns.
 *
 * The page's script runs this very function (by its source text): it may use nothing but its arguments.
 *
 * @param measure width of a text at a size, in pixels
 */
export function composeFigure(
  { label, keys, stacks }: FigureParts,
  measure: (text: string, size: number, bold: boolean) => number,
): ComposedFigure {
  const column = 356, page = 720, mm = 85 / 356, gap = 8, rowGap = 16;
  const small = 11, line = 15, ink = "#1c1e21", quiet = "#5a626c";
  const font = "Helvetica, Arial, 'Liberation Sans', sans-serif";
  const escaped = (text: string) =>
    text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const text = (x: number, y: number, content: string, bold: boolean, colour: string) =>
    `<text x="${x}" y="${y}" font-family="${font}" font-size="${small}px"${
      bold ? ' font-weight="bold"' : ""
    } fill="${colour}">${escaped(content)}</text>`;
  const wrapped = (content: string, width: number, bold: boolean) => {
    const lines: string[] = [];
    for (const word of content.split(/\s+/)) {
      const longer = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`;
      if (lines.length > 0 && measure(longer, small, bold) <= width) {
        lines[lines.length - 1] = longer;
      } else lines.push(word);
    }
    return lines;
  };

  // What stands in one pile, and how high each part of it is.
  const piles = stacks.map((stack) => {
    const width = Math.max(...stack.map((panel) => panel === null ? 0 : panel.width));
    const tallest = Math.max(...stack.map((panel) => panel === null ? 0 : panel.height));
    const noted = stack.some((panel) => panel !== null && panel.note !== null);
    let height = 0;
    const parts = stack.map((panel) => {
      const top = height + (height === 0 ? 0 : rowGap);
      const title = panel === null ? [] : wrapped(panel.title, width, true);
      const note = panel === null || panel.note === null ? [] : wrapped(panel.note, width, false);
      height = top + (panel === null ? line * (noted ? 2 : 1) + tallest : panel.height) +
        line * (title.length + note.length);
      return { panel, top, title, note };
    });
    return { width, height, parts };
  });

  // Rows of piles of one kind. An ordinary page of a paper is two columns wide.
  const rows: { piles: typeof piles; width: number; height: number }[] = [];
  for (const pile of piles) {
    const row = rows[rows.length - 1];
    const first = row?.piles[0];
    const isLike = first?.width === pile.width && first.parts.length === pile.parts.length;
    if (row !== undefined && isLike && row.width + gap + pile.width <= page) {
      row.piles.push(pile);
      row.width += gap + pile.width;
      row.height = Math.max(row.height, pile.height);
    } else rows.push({ piles: [pile], width: pile.width, height: pile.height });
  }
  const content = Math.max(...rows.map((row) => row.width));

  // The legend in columns as wide as its longest entry.
  const keyWidth = Math.max(0, ...keys.map((key) => 32 + measure(key.label, small, false))) + 14;
  const room = Math.max(content, column);
  const perRow = Math.max(1, Math.min(keys.length, Math.floor((room + 14) / keyWidth)));
  const legendRows = Math.ceil(keys.length / perRow);
  const body: string[] = [];
  keys.forEach((key, i) => {
    const x = (i % perRow) * keyWidth, y = Math.floor(i / perRow) * line;
    const dash = key.dash[1] === 0 ? "" : ` stroke-dasharray="${key.dash.join(" ")}"`;
    body.push(
      key.mark === "bar"
        ? `<rect x="${x + 6}" y="${y + 1}" width="14" height="10" fill="${key.colour}"/>`
        : `<line x1="${x}" x2="${x + 26}" y1="${y + 7}" y2="${
          y + 7
        }" stroke="${key.colour}" stroke-width="2"${dash}/>`,
      text(x + 32, y + 11, key.label, false, ink),
    );
  });
  const legendWidth = keys.length === 0 ? 0 : perRow * keyWidth - 14;
  let top = legendRows === 0 ? 0 : legendRows * line + 6;
  for (const row of rows) {
    let left = 0;
    for (const { parts, width } of row.piles) {
      for (const { panel, top: offset, title, note } of parts) {
        if (panel === null) continue;
        let y = top + offset;
        for (const words of title) {
          body.push(text(left + 2, y + 11, words, true, ink));
          y += line;
        }
        const inner = panel.svg.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
        body.push(`<g transform="translate(${left},${y})">${inner}</g>`);
        y += panel.height;
        for (const words of note) {
          body.push(text(left + 2, y + 11, words, false, quiet));
          y += line;
        }
      }
      left += width + gap;
    }
    top += row.height + rowGap;
  }
  const width = Math.ceil(Math.max(content, legendWidth)), height = Math.ceil(top - rowGap);
  const size = (pixels: number) => `${(pixels * mm).toFixed(2)}mm`;
  const inside = body.join("").replace(/var\(--[\w-]+,\s*([^()]*)\)/g, "$1");
  const links = inside.includes("xlink:") ? ' xmlns:xlink="http://www.w3.org/1999/xlink"' : "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"${links} role="img" width="${
    size(width)
  }" height="${size(height)}" viewBox="0 0 ${width} ${height}"><title>${
    escaped(label)
  }</title><rect width="${width}" height="${height}" fill="#fff"/>${inside}</svg>`;
  return { svg, width, height };
}
