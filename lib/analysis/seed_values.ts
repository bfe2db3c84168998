/** One number per finished run, by seed. */
import type { RunData } from "../store/run_data.ts";
import { type SeedValues, sharedSeeds } from "./paired_seeds.ts";
import { type ArmResults, doneRuns } from "./results.ts";

/** Values of the arm's finished runs; runs that do not say are left out. */
export function seedValues(
  arm: ArmResults,
  valueOf: (run: RunData) => number | null,
): SeedValues {
  const values = new Map<number, number>();
  for (const run of doneRuns(arm)) {
    const value = valueOf(run);
    if (value !== null) values.set(run.seed, value);
  }
  return values;
}

/** a − b at the seeds that both have, by rising seed. */
export function seedDifferences(a: SeedValues, b: SeedValues): readonly number[] {
  return sharedSeeds(a, b).map((seed) => a.get(seed)! - b.get(seed)!);
}
