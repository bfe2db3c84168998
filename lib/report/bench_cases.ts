/** How long a report takes, on synthetic records of the size of a sweep and of a hundred sweeps. */
import { join } from "node:path";
import type { BenchResult } from "../core/bench.ts";
import { loadReport } from "./load_report.ts";
import { syntheticResults } from "./testdata/synthetic_results.ts";
import { writeReport } from "./write_report.ts";

const PROJECT = join(import.meta.dirname!, "../..");

/** Writes the λ sweep's report for nine runs of 70 steps, and for nine of many thousand. */
export async function* reportBenchCases(): AsyncGenerator<BenchResult> {
  const report = await loadReport(PROJECT, "vas_lambda_sweep");
  const folder = await Deno.makeTempDir();
  try {
    for (const [steps, target] of [[70, 10], [100_000, 5]] as const) {
      const results = syntheticResults({ seeds: 3, steps });
      const records = results.arms.flatMap(({ runs }) => runs)
        .reduce((sum, run) => sum + run.records.length, 0);
      const size = `9 runs, ${records.toLocaleString("en")} records`;
      const { seconds, bytes } = await writeReport(report, results, join(folder, `${steps}.html`));
      yield { group: "report", name: `${size}: time to write`, value: seconds, unit: "s", target };
      yield {
        group: "report",
        name: `${size}: size of the page`,
        value: bytes / 1e6,
        unit: "MB",
        target: 3,
      };
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
