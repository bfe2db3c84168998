/** What a piece of a page shows, as data: pages carry it as downloads, exports write it as files. */

/** A colour, dash or area, and what it stands for. */
export interface LegendKey {
  readonly label: string;
  /** For SVG, with the page's variables. */
  readonly colour: string;
  /** A line with its dashes and gaps (`[1, 0]` is a full one), a filled bar, or the outline of one. */
  readonly mark: "line" | "bar" | "outline";
  readonly dash: readonly number[];
}

/** The legend of a figure. */
export interface LegendArtifact {
  readonly kind: "legend";
  readonly keys: readonly LegendKey[];
}

/** One chart. */
export interface PictureArtifact {
  readonly kind: "picture";
  /** Read out instead of the picture. Two pictures of a figure with one label are one chart in two sizes. */
  readonly label: string;
  /** The heading of its panel. */
  readonly title: string | null;
  readonly note: string | null;
  /** The `<svg>` element as it stands in the page. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** What is drawn, as rows. */
  readonly values: readonly Readonly<Record<string, unknown>>[];
}

/** Panels that stand one above the other. Null is a place left empty. */
export interface StackArtifact {
  readonly kind: "stack";
  readonly panels: readonly (PictureArtifact | null)[];
}

/** Cells as text, or as numbers with what is known about them. */
export type TableCell = string | CellValue;

/** A number in a table. */
export interface CellValue {
  readonly value: number;
  /** Half of its interval's width, when known. */
  readonly half: number | null;
  readonly digits: number;
  /** A difference: rises have a plus. */
  readonly signed?: boolean;
  /** `best` of its group, or not shown to be worse than the best. */
  readonly mark: "best" | "notWorse" | null;
}

/** A table. */
export interface TableArtifact {
  readonly kind: "table";
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly TableCell[])[];
  /** How many columns at the left hold words; all of them where a table has no numbers. */
  readonly wordColumns: number;
}

/** A cell of a table, before it is part of one. */
export interface CellArtifact extends CellValue {
  readonly kind: "cell";
}

/** Data to download. */
export interface DataArtifact {
  readonly kind: "data";
  readonly name: string;
  readonly csv: string;
}

/** Pictures, legends, tables and data under one caption. */
export interface FigureArtifact {
  readonly kind: "figure";
  readonly id: string;
  readonly caption: string;
  readonly parts: readonly Artifact[];
}

/** Anything a page shows that can be had as a file. */
export type Artifact =
  | LegendArtifact
  | PictureArtifact
  | StackArtifact
  | TableArtifact
  | CellArtifact
  | DataArtifact
  | FigureArtifact;

/** All pictures, also those in stacks, in reading order; not those of figures within. */
export function picturesOf(parts: readonly Artifact[]): readonly PictureArtifact[] {
  return parts.flatMap((part) =>
    part.kind === "picture"
      ? [part]
      : part.kind === "stack"
      ? part.panels.filter((panel) => panel !== null)
      : []
  );
}
