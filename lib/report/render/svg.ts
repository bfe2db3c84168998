/** Vega-Lite specifications → SVG text, without a browser. */
import { loadVega, type VegaLiteSpec } from "../../../deps.ts";
import type { PictureArtifact } from "../html/artifact.ts";
import { escapeHtml, Html } from "../html/html.ts";
import { textWidth } from "./text_metrics.ts";
import { THEME } from "./theme.ts";

type Vega = Awaited<ReturnType<typeof loadVega>>["vega"];

/** How to render. */
export interface SvgOptions {
  /** Read out instead of the picture. */
  readonly label: string;
  /** Receives what Vega has to say; by default it goes to the console. */
  readonly onWarning?: (message: string) => void;
}

function logger(onWarning: (message: string) => void) {
  const report = (...messages: readonly unknown[]) => {
    onWarning(messages.map(String).join(" "));
    return self;
  };
  const self = {
    level: () => 0,
    error: report,
    warn: report,
    info: () => self,
    debug: () => self,
  };
  return self as unknown as ReturnType<Vega["logger"]>; // `level` is also a setter there
}

let measured = false;

/** Replaces Vega's estimate of text widths, once: it belongs to the module, not to a view. */
function measureText(vega: Vega): void {
  if (measured) return;
  measured = true;
  const { textMetrics } = vega as unknown as { // exported, but not in Vega's types
    textMetrics: { width: (item: TextItem, text?: string) => number };
  };
  textMetrics.width = (item, text) =>
    textWidth(String(text ?? item.text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold");
}

interface TextItem {
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly fontWeight?: unknown;
}

/** The rows that a specification draws, layer by layer. */
function drawnRows(spec: object): readonly Readonly<Record<string, unknown>>[] {
  const { data, layer = [] } = spec as {
    readonly data?: { readonly values?: readonly Readonly<Record<string, unknown>>[] };
    readonly layer?: readonly object[];
  };
  return [...data?.values ?? [], ...layer.flatMap(drawnRows)];
}

/** Places to hundredths of a pixel: no eye sees more, and the page is a third smaller. */
function shortened(svg: string): string {
  return svg.replace(
    / (?:d|transform|[xy][12]?|width|height|opacity)="[^"]*"/g,
    (attribute) =>
      attribute.replace(
        /-?\d+\.\d{3,}(?:e-\d+)?/g,
        (number) => String(Number(Number(number).toFixed(2))),
      ),
  );
}

/** The chart as an `<svg>` element that scales down with its surroundings, and reads as one picture. */
export async function renderSvg(
  spec: VegaLiteSpec,
  { label, onWarning = console.warn }: SvgOptions,
): Promise<Html> {
  const { vega, vegaLite } = await loadVega();
  measureText(vega);
  const log = logger(onWarning);
  const compiled = vegaLite.compile(spec, { config: THEME, logger: log });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger: log });
  const svg = await view.toSVG();
  view.finalize();
  const opened = shortened(svg).replace(/^<svg [^>]*>/, (tag) =>
    tag
      .replace(/ xmlns(:xlink)?="[^"]*"| class="[^"]*"| version="[^"]*"/g, "")
      .replace("<svg ", `<svg role="img" aria-label="${escapeHtml(label)}" `));
  const [, width, height] = / width="([\d.]+)" height="([\d.]+)"/.exec(opened)!;
  const picture: PictureArtifact = {
    kind: "picture",
    label,
    title: null,
    note: null,
    svg: opened,
    width: Number(width),
    height: Number(height),
    values: drawnRows(spec),
  };
  return new Html(opened, [picture]);
}
