/** The paper's Figure 2, as read off its vector graphics, in the shape of our own curves. */
import { type ArmResults, mixtureRatio } from "../../analysis/results.ts";
import type { DrawnCurves } from "./curves.ts";

/** `reports/paper/fig2.json`. Keys of a panel are λ, or `baseline`; points are [step, value]. */
export interface PaperCurves {
  readonly source: string;
  readonly panels: Readonly<Record<string, Readonly<Record<string, PaperCurve>>>>;
}

interface PaperCurve {
  readonly raw?: readonly (readonly number[])[];
  readonly smoothed: readonly (readonly number[])[];
}

/** The first arm that samples with this λ. */
function armWith(arms: readonly ArmResults[], key: string): string | null {
  const ratio = key === "baseline" ? 0 : Number(key);
  return arms.find((arm) => mixtureRatio(arm) === ratio)?.name ?? null;
}

const points = (values: readonly (readonly number[])[]) =>
  values.map(([x, y]) => ({ x: x!, y: y! }));

/** The panel's curves under the names of our arms with the same λ; smoothed bold, raw thin. */
export function paperCurves(
  paper: PaperCurves,
  panel: string,
  arms: readonly ArmResults[],
): DrawnCurves {
  const curves = Object.entries(paper.panels[panel] ?? {}).flatMap(([key, curve]) => {
    const arm = armWith(arms, key);
    return arm === null ? [] : [{ arm, ...curve }];
  });
  return {
    block: 1,
    seeds: curves.flatMap(({ arm, raw }) =>
      raw === undefined ? [] : [{ arm, seed: 0, points: points(raw) }]
    ),
    bands: curves.flatMap(({ arm, smoothed }) =>
      points(smoothed).map(({ x, y }) => ({ arm, x, mean: y, low: null, high: null, n: 1 }))
    ),
  };
}
