/** What of Table 4's spread seed noise alone could be. */
import { type AblationTable, type PaperAblation, paperSpan } from "../../analysis/ablation.ts";
import { noiseRange } from "../../analysis/seed_noise.ts";
import { formatFixed, formatShare } from "../format.ts";
import { dataTable } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";

const points = (share: number) => formatFixed(100 * share, 2);

/** How wide the averages of equal runs would spread. */
export function ablationNoise(
  { noise, rows, design }: AblationTable,
  paper: PaperAblation,
): Html | null {
  if (noise === null) return null;
  const { settings, low, high } = paperSpan(paper), span = high - low;
  const range = (deviation: number) => noiseRange(settings, 100 * deviation, span);
  const { expected, usual, p } = range(noise.deviation);
  const means = design.settings.flatMap((arm) =>
    rows.find((row) => row.arm === arm)?.average ?? []
  );
  const ourSpan = Math.max(...means.map(({ mean }) => mean)) -
    Math.min(...means.map(({ mean }) => mean));
  const seeds = Math.min(...means.map(({ n }) => n));
  const own = noise.sharedSeeds === null || means.length < 2
    ? null
    : noiseRange(means.length, 100 * noise.sharedSeeds / Math.sqrt(seeds), 100 * ourSpan);
  const deviations = [
    ["Between seeds", noise.deviation],
    ["Between settings that share a seed", noise.sharedSeeds],
    ["Of independent answers to as many prompts", noise.binomial],
  ] as const;
  const verdict = p >= 0.05
    ? "A span like the paper's is what seed noise alone gives here."
    : "Seed noise as measured here would rarely give a span like the paper's.";
  return markup`<h3>How far would seed noise alone spread the paper's averages?</h3>
<p>The paper's ${settings} settings, one run each, have averages from ${formatFixed(low, 1)} to ${
    formatFixed(high, 1)
  }: a span of ${
    formatFixed(span, 1)
  } points. One run's average varies between seeds with a standard deviation of ${
    points(noise.deviation)
  } points here (pooled over ${noise.settings} settings, ${noise.df} degrees of freedom). So ${settings} runs of one and the same setting would span ${
    formatFixed(expected, 1)
  } points on average and up to ${formatFixed(usual, 1)} in 95 % of cases; a span of ${
    formatFixed(span, 1)
  } or more would come in ${
    formatShare(p, p > 0.995 || p < 0.01 ? 1 : 0)
  } of cases. <strong>${verdict}</strong></p>
${
    dataTable({
      label: "Span of equal runs by standard deviation",
      head: [
        "Standard deviation of one run's average",
        "Points",
        `Expected span of ${settings}`,
        "Not exceeded in 95 %",
        `Chance of ${formatFixed(span, 1)} or more`,
      ],
      rows: deviations.flatMap(([name, deviation]) => {
        if (deviation === null) return [];
        const found = range(deviation);
        return [[
          name,
          points(deviation),
          formatFixed(found.expected, 2),
          formatFixed(found.usual, 2),
          formatShare(found.p),
        ]];
      }),
    })
  }
<p><small>Range of ${settings} independent normal numbers (Tippett 1925). Our benchmarks have fewer prompts than the paper's, and our policy, training length and seeds are others: the deviation of the paper's runs is not known, and this one only says what spread such a table can have without any effect. “Between seeds” applies where each setting's run has a seed of its own; “share a seed” where all have the same one, and is the deviation of what is left after the means of settings and of seeds are taken out. The last row is what the number of prompts alone would give if every answer were drawn anew with the split's mean accuracy; runs here answer the same prompts with the same random numbers, so that it is a bound for scale, not a part of the others.</small></p>
${
    own === null
      ? null
      : markup`<p>Our own ${means.length} averages, means over ${seeds} seeds, span ${
        points(ourSpan)
      } points; noise alone would give ${formatFixed(own.expected, 2)} on average and up to ${
        formatFixed(own.usual, 2)
      } in 95 % of cases.</p>`
  }`;
}
