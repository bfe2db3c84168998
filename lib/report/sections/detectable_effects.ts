/** What size of effect the design could have seen, and the seeds that smaller ones would need. */
import {
  type Detectable,
  detectableEffects as effectsOf,
  seedsForEffect,
} from "../../analysis/detectable.ts";
import { createTable } from "../../analysis/table.ts";
import { POWER } from "../../core/power.ts";
import type { Section } from "../define_report.ts";
import {
  deviationText,
  effectText,
  isKnown,
  type KnownDetectable,
  seedsText,
  sizeText,
} from "../detectable_text.ts";
import { formatFixed } from "../format.ts";
import { csvLink, dataTable } from "../html/figure.ts";
import { type Html, type HtmlPart, markup } from "../html/html.ts";
import { countText } from "./estimates.ts";

/** Effects that seeds are counted for, where the report names none. */
const EFFECTS = [0.02, 0.01] as const;
const bySize = (rows: readonly KnownDetectable[]) =>
  rows.toSorted((a, b) => a.noise.detectable - b.noise.detectable);

/** One row per outcome: its typical arm, and what the noisiest one could have shown. */
function outcomeTable(
  rows: readonly KnownDetectable[],
  effects: readonly number[],
  several: boolean,
): Html {
  const outcomes = [...Map.groupBy(rows, ({ outcome }) => outcome.key).values()];
  return dataTable({
    label: "Detectable effects by outcome",
    head: [
      "Outcome",
      "Pairs",
      several ? "SD of differences, median arm [95 %]" : "SD of differences [95 %]",
      "Detectable effect",
      ...(several ? ["in the noisiest arm", "with Holm, median arm"] : []),
      ...effects.map((effect) => `Seeds for ${effectText(effect)}`),
    ],
    rows: outcomes.map((arms): readonly HtmlPart[] => {
      const sorted = bySize(arms), median = sorted[Math.floor(sorted.length / 2)]!;
      const noisiest = sorted.at(-1)!;
      const { noise, outcome } = median;
      return [
        outcome.label,
        countText(arms.map(({ n }) => n)).replace("n = ", ""),
        deviationText(median),
        sizeText(median, noise.detectable),
        ...(several
          ? [
            sizeText(noisiest, noisiest.noise.detectable),
            sizeText(median, noise.detectableCorrected),
          ]
          : []),
        ...effects.map((effect) => seedsText(median, effect)),
      ];
    }),
  });
}

function armTable(rows: readonly KnownDetectable[], effects: readonly number[]): Html {
  return dataTable({
    label: "Detectable effects by outcome and arm",
    head: [
      "Outcome",
      "Arm",
      "n",
      "SD of differences [95 %]",
      "Detectable effect",
      "with Holm",
      ...effects.map((effect) => `Seeds for ${effectText(effect)}`),
    ],
    wordColumns: 2,
    rows: rows.map((row, i) => [
      rows[i - 1]?.outcome.key === row.outcome.key ? "" : row.outcome.label,
      row.arm,
      row.n,
      deviationText(row),
      sizeText(row, row.noise.detectable),
      sizeText(row, row.noise.detectableCorrected),
      ...effects.map((effect) => seedsText(row, effect)),
    ]),
  });
}

function data(rows: readonly Detectable[], effects: readonly number[]) {
  const seedColumns = effects.map((effect) => `seedsFor${effect}`);
  return createTable<Record<string, unknown>>(
    [
      "outcome",
      "arm",
      "baseline",
      "n",
      "baselineMean",
      "deviation",
      "deviationLow",
      "deviationHigh",
      "detectable",
      "detectableHolm",
      ...seedColumns,
    ],
    rows.map((row) => ({
      outcome: row.outcome.key,
      arm: row.arm,
      baseline: row.baseline,
      n: row.n,
      baselineMean: row.baselineMean,
      deviation: row.noise?.deviation,
      deviationLow: row.noise?.low,
      deviationHigh: row.noise?.high,
      detectable: row.noise?.detectable,
      detectableHolm: row.noise?.detectableCorrected,
      ...Object.fromEntries(
        effects.map((effect, i) => [seedColumns[i]!, seedsForEffect(row, effect)?.seeds ?? null]),
      ),
    })),
  );
}

/**
 * The smallest effect that this many seeds find at 80 % power, outcome by outcome.
 *
 * @param effects for which seeds are counted: points of a share, or a share of the baseline's mean
 */
export function detectableEffects(
  { effects = EFFECTS }: { readonly effects?: readonly number[] } = {},
): Section {
  return {
    id: "detectable",
    title: "What this design could have seen",
    write: async ({ results, baselines }) => {
      const rows = effectsOf(results, baselines), known = rows.filter(isKnown);
      if (rows.every(({ n }) => n === 0)) return null;
      if (known.length === 0) {
        return markup`<p>Not known: the noise between seeds needs two seeds finished in an arm and in its baseline.</p>`;
      }
      const arms = new Set(known.map(({ arm }) => arm)).size;
      const accuracy = bySize(
        known.filter(({ outcome }) => outcome.key === "finalAccuracy"),
      );
      const median = accuracy[Math.floor(accuracy.length / 2)];
      const sentence = median === undefined
        ? null
        : markup`<p><strong>With ${
          countText(accuracy.map(({ n }) => n))
        } pairs of seeds this design finds a difference in final accuracy of ${
          sizeText(median, median.noise.detectable)
        }${arms > 1 ? " (median arm)" : ""} with ${
          formatFixed(100 * POWER, 0)
        } % probability, and smaller ones less often.</strong> One of ${
          sizeText(median, effects[0]!)
        } needs ${
          seedsText(median, effects[0]!)
        } seeds. “Not detectable” says no more than that.</p>`;
      return markup`${sentence}
${outcomeTable(known, effects, arms > 1)}
<p><small>Detectable effect: the smallest mean difference that a two-sided paired t-test at 5 % finds with ${
        formatFixed(100 * POWER, 0)
      } % probability with the seeds there are, (t₀.₉₇₅ + t₀.₈) · SD/√n with n − 1 degrees of freedom; this approximation is 5 % too small at three seeds and 1 % at five. SD: standard deviation over seeds of the arm less its baseline, with a 95 % interval (χ²) that is wide for few seeds; brackets behind seeds are what its ends give. “With Holm”: at 5 % over ${arms} compared ${
        arms === 1 ? "arm" : "arms"
      }, the strictest step of the correction. Effects are percentage points of shares (pp), and per cent of the baseline's mean of other numbers; a dash where the effect would be larger than the baseline's mean itself.</small> ${
        csvLink("detectable_effects", await data(rows, effects))
      }</p>
${
        arms > 1
          ? markup`<details><summary>By arm</summary>${armTable(known, effects)}</details>`
          : null
      }`;
    },
  };
}
