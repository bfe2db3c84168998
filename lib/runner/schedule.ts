/** In which order jobs of known length should be handed to workers, so that all of them end early. */
import { randomSource } from "../core/random.ts";

/** A job as far as its time goes. */
export interface ScheduledJob {
  /** Expected length, in any unit. */
  readonly seconds: number;
  /** Index of the job that has to end first; null where it can begin at once. */
  readonly after: number | null;
}

/** Orders that are tried, and the number of jobs beyond which the last ones no longer matter. */
const ATTEMPTS = 300, FEW = 64;

/** When the last job ends, if each free worker takes the first job of the list that can begin. */
export function makespan(
  jobs: readonly ScheduledJob[],
  order: readonly number[],
  workers: number,
): number {
  const free = Array<number>(workers).fill(0), ends = Array<number>(jobs.length).fill(Infinity);
  const beginsAt = (job: number) => {
    const { after } = jobs[job]!;
    return after === null ? 0 : ends[after]!;
  };
  const waiting = [...order];
  while (waiting.length > 0) {
    const now = Math.min(...free), worker = free.indexOf(now);
    const next = waiting.findIndex((job) => beginsAt(job) <= now);
    if (next < 0) {
      free[worker] = Math.min(...waiting.map(beginsAt)); // idle until a job ends
      continue;
    }
    const [job] = waiting.splice(next, 1);
    free[worker] = ends[job!] = now + jobs[job!]!.seconds;
  }
  return jobs.length === 0 ? 0 : Math.max(...ends);
}

/** For each job the length of the longest chain that begins with it: it, one that comes after it, and so on. */
function remainingPaths(jobs: readonly ScheduledJob[]): number[] {
  const children = Map.groupBy(jobs.keys(), (job) => jobs[job]!.after);
  const paths = Array<number>(jobs.length).fill(0);
  const measure = (job: number): number => {
    const behind = (children.get(job) ?? []).map(measure);
    return paths[job] = jobs[job]!.seconds + behind.reduce((a, b) => Math.max(a, b), 0);
  };
  for (const job of children.get(null) ?? []) measure(job);
  return paths;
}

/**
 * An order of jobs under which `workers` finish early: longest remaining path first, or the best of a few hundred
 * shuffles where that is better. The same jobs give the same order.
 *
 * @returns indices into `jobs`
 */
export function scheduleOrder(jobs: readonly ScheduledJob[], workers: number): number[] {
  const paths = remainingPaths(jobs);
  const longestFirst = [...jobs.keys()].sort((a, b) => paths[b]! - paths[a]!);
  if (jobs.length > FEW) return longestFirst;
  const random = randomSource(0, "schedule");
  let best = longestFirst, bestEnd = makespan(jobs, best, workers);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const order = random.shuffled(longestFirst);
    const end = makespan(jobs, order, workers);
    if (end < bestEnd) [best, bestEnd] = [order, end];
  }
  return best;
}
