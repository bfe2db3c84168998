/** Cuts prompts and their rollouts into runs of a graph that reads whole responses. */
import type { Prompt } from "../dataset/prompt.ts";
import { type HostTensor, hostTensor } from "../tensor/program.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import type { Rollouts } from "./rollouts.ts";

/** Rollouts in one run of a graph: enough rows to fill the matrix products, few enough for the cache. */
export const ROWS_PER_RUN = 128;

/** One run. */
export interface ResponseRun {
  /** `patches` [P, …], `question` [P, …] and `inputs` [P·G, R]. */
  readonly feeds: Readonly<Record<"patches" | "question" | "inputs", HostTensor>>;
  /** Where its tokens lie among all: in [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Prompts per run. Graphs have a fixed size, so it is a divisor of `prompts`. */
export function promptsPerRun(prompts: number, groupSize: number): number {
  return largestDivisor(prompts, Math.max(1, Math.floor(ROWS_PER_RUN / groupSize)));
}

/** The runs, in order, each of {@link promptsPerRun} prompts. */
export function* responseRuns(
  prompts: readonly Prompt[],
  { tokens, groupSize, count }: Rollouts,
): Generator<ResponseRun> {
  const responseTokens = tokens.length / count;
  const size = promptsPerRun(prompts.length, groupSize), rows = size * groupSize;
  const inputs = shiftedInputs(tokens, responseTokens);
  for (let first = 0; first < prompts.length; first += size) {
    const from = first * groupSize * responseTokens, to = from + rows * responseTokens;
    const feeds = {
      ...promptTensors(prompts.slice(first, first + size)),
      inputs: hostTensor(inputs.slice(from, to), [rows, responseTokens]),
    };
    yield { feeds, from, to };
  }
}

/** The largest divisor of `count` that is at most `limit`. */
export function largestDivisor(count: number, limit: number): number {
  for (let size = Math.min(count, limit); size > 1; size--) if (count % size === 0) return size;
  return 1;
}
