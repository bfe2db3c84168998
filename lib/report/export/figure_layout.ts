/** From what a figure shows to what is drawn of it. */
import { type Artifact, type PictureArtifact, picturesOf } from "../html/artifact.ts";
import type { ComposedPanel, FigureParts } from "../html/compose_figure.ts";

const panelOf = ({ title, label, note, svg, width, height }: PictureArtifact): ComposedPanel => ({
  title: title ?? label,
  note,
  svg,
  width,
  height,
});

/**
 * Legends, and every chart once: of one that is there in several sizes (with one label), the smallest, as a paper's
 * columns are narrow.
 */
export function figureLayout(parts: readonly Artifact[]): FigureParts {
  const chosen = new Map<string, PictureArtifact>();
  for (const picture of picturesOf(parts)) {
    const known = chosen.get(picture.label);
    if (known === undefined || picture.width < known.width) chosen.set(picture.label, picture);
  }
  const charts = new Set(chosen.values());
  const stacks = parts.flatMap((part): FigureParts["stacks"] => {
    if (part.kind === "stack") {
      return [part.panels.map((panel) => panel === null ? null : panelOf(panel))];
    }
    return part.kind === "picture" && charts.has(part) ? [[panelOf(part)]] : [];
  });
  const labels = [...chosen.keys()];
  return {
    label: labels.length === 1 ? labels[0]! : `${labels.length} charts`,
    keys: parts.flatMap((part) => part.kind === "legend" ? part.keys : []),
    stacks,
  };
}
