/** In which order jobs of known length should be handed to workers, so that all of them end together. */
import { randomSource } from "../core/random.ts";

/** Orders that are tried, and the number of jobs beyond which the last ones no longer matter. */
const ATTEMPTS = 300, FEW = 64;

/** When the last job ends, if each free worker takes the next job of the list. */
export function makespan(
  costs: readonly number[],
  order: readonly number[],
  workers: number,
): number {
  const free = Array<number>(workers).fill(0);
  for (const job of order) {
    const first = free.indexOf(Math.min(...free));
    free[first]! += costs[job]!;
  }
  return Math.max(...free);
}

/**
 * An order of jobs under which `workers` finish early: longest first, or the best of a few hundred shuffles
 * where that is better. The same jobs give the same order.
 *
 * @param costs expected lengths, in any unit
 * @returns indices into `costs`
 */
export function scheduleOrder(costs: readonly number[], workers: number): number[] {
  const longestFirst = costs.map((_, job) => job).sort((a, b) => costs[b]! - costs[a]!);
  if (costs.length > FEW) return longestFirst;
  const random = randomSource(0, "schedule");
  let best = longestFirst, bestEnd = makespan(costs, best, workers);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const order = random.shuffled(longestFirst);
    const end = makespan(costs, order, workers);
    if (end < bestEnd) [best, bestEnd] = [order, end];
  }
  return best;
}
