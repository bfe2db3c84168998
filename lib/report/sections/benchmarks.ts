/** Accuracy on the benchmark splits before and after training. */
import { tInterval } from "../../core/statistics.ts";
import { benchmarkResults, sliceOutcomes } from "../../analysis/benchmark.ts";
import { createTable } from "../../analysis/table.ts";
import type { Section } from "../define_report.ts";
import { formatFixed } from "../format.ts";
import { csvLink, dataTable, valueCell } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";

const percent = (values: readonly number[]) => formatFixed(100 * tInterval(values).mean, 1);

/** Mean over seeds ± half of its interval, in per cent. */
function withInterval(values: readonly number[], signed = false): Html {
  const { mean, high, n } = tInterval(values.map((value) => 100 * value));
  return valueCell({ value: mean, half: n < 2 ? null : high - mean, digits: 1, signed });
}

interface Row {
  /** The split or slice; of equal ones only the first is shown. */
  readonly name: string;
  readonly prompts: number;
  readonly arm: string;
  readonly seeds: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** By split or slice, then by arm, in the order in which they first come. */
function sorted(rows: readonly Row[]): readonly Row[] {
  return [...Map.groupBy(rows, ({ name }) => name).values()].flat();
}

function rowsTable(label: string, what: string, rows: readonly Row[]): Html {
  const cells = rows.map(({ name, prompts, arm, first, last }, i) => [
    rows[i - 1]?.name === name ? "" : markup`${name} <small>(${prompts})</small>`,
    arm,
    percent(first),
    withInterval(last),
    withInterval(last.map((value, seed) => value - first[seed]!), true),
  ]);
  const head = [`${what} (prompts)`, "Arm", "First", "Last", "Gain"];
  return dataTable({ label, head, wordColumns: 2, rows: cells });
}

/** The rows with one line per seed, to download. */
async function rowsLink(name: string, what: string, rows: readonly Row[]): Promise<Html> {
  const table = await createTable(
    [what, "arm", "seed", "first", "last"],
    rows.flatMap(({ name, arm, seeds, first, last }) =>
      seeds.map((seed, i) => ({ [what]: name, arm, seed, first: first[i]!, last: last[i]! }))
    ),
  );
  return csvLink(name, table);
}

const SLICES = [
  { by: "modalities", what: "modality", title: "Validation by modality" },
  { by: "sources", what: "source", title: "Validation by source" },
] as const;

/** First and last evaluation by arm, and the gain with its interval; the validation split by modality and source. */
export function benchmarks(): Section {
  return {
    id: "benchmarks",
    title: "Benchmarks",
    write: async ({ results, replicates }) => {
      const found = sorted(
        results.arms.flatMap((arm) =>
          benchmarkResults(arm).map(({ split, ...row }) => ({ ...row, name: split, arm: arm.name }))
        ),
      );
      if (found.length === 0) return null;
      const inStages = results.arms.some(({ config }) => config.previous !== null);
      const sliced = await Promise.all(SLICES.map(async ({ by, what, title }) => {
        const rows = sorted(
          results.arms.flatMap((arm) =>
            sliceOutcomes(arm, by).map(({ slice, ...row }) => ({
              ...row,
              name: slice,
              arm: arm.name,
            }))
          ),
        );
        if (rows.length === 0) return null;
        const heading = what[0]!.toUpperCase() + what.slice(1);
        return markup`<h3>${title}</h3>${
          rowsTable(`Accuracy by ${what}`, heading, rows)
        }<p>${await rowsLink(
          `benchmarks_by_${what}`,
          what,
          rows,
        )}</p>`;
      }));
      return markup`<p>Accuracy in per cent before training and after the last step${
        inStages ? " (of arms in stages: of the last stage)" : ""
      }; “average” is over the benchmarks without the validation split.</p>
${rowsTable("Accuracy on the benchmarks", "Split", found)}
<p><small>±: half of a 95 % Student-t interval over seeds, ${replicates}; they say nothing about other prompts than these. Exploratory: not corrected for the number of splits.</small> ${await rowsLink(
        "benchmarks",
        "split",
        found,
      )}</p>${sliced}`;
    },
  };
}
