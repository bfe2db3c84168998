/** Accuracy on the benchmark splits before and after training. */
import { tInterval } from "../../core/statistics.ts";
import { benchmarkResults } from "../../analysis/benchmark.ts";
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

/** First and last evaluation by arm, and the gain with its interval. */
export function benchmarks(): Section {
  return {
    id: "benchmarks",
    title: "Benchmarks",
    write: async ({ results, replicates }) => {
      const found = results.arms.map((arm) => ({ arm: arm.name, rows: benchmarkResults(arm) }))
        .filter(({ rows }) => rows.length > 0);
      const [first] = found;
      if (first === undefined) return null;
      const rows = first.rows.flatMap(({ split, prompts }) =>
        found.flatMap(({ arm, rows }, i) => {
          const row = rows.find((row) => row.split === split);
          if (row === undefined) return [];
          const gain = row.last.map((value, seed) => value - row.first[seed]!);
          return [[
            i === 0 ? markup`${split} <small>(${prompts})</small>` : "",
            arm,
            percent(row.first),
            withInterval(row.last),
            withInterval(gain, true),
          ]];
        })
      );
      type Row = { split: string; arm: string; seed: number; first: number; last: number };
      const table = await createTable<Row>(
        ["split", "arm", "seed", "first", "last"],
        found.flatMap(({ arm, rows }) =>
          rows.flatMap(({ split, seeds, first, last }) =>
            seeds.map((seed, i) => ({ split, arm, seed, first: first[i]!, last: last[i]! }))
          )
        ),
      );
      return markup`<p>Accuracy in per cent before training and after the last step; “average” is over the benchmarks without the validation split.</p>
${
        dataTable({
          label: "Accuracy on the benchmarks",
          head: ["Split (prompts)", "Arm", "First", "Last", "Gain"],
          wordColumns: 2,
          rows,
        })
      }
<p><small>±: half of a 95 % Student-t interval over seeds, ${replicates}; they say nothing about other prompts than these. Exploratory: not corrected for the number of splits.</small> ${
        csvLink("benchmarks", table)
      }</p>`;
    },
  };
}
