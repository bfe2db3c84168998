/** Cuts prompts and their rollouts into runs of a program that evaluates whole responses. */
import type { Prompt } from "../dataset/prompt.ts";
import type { PackedSizes } from "../policy/packed_rows.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import type { HostTensor, Named, Program } from "../tensor/program.ts";
import type { Session, TensorRuntime } from "../tensor/runtime.ts";
import { packResponses } from "./packed_batch.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import type { Rollouts } from "./rollouts.ts";
import { SizedSessions } from "./sized_sessions.ts";

/** Rollouts that are generated in one run: enough rows to fill the matrix products, few enough for the cache. */
export const ROWS_PER_RUN = 128;

/** Tokens, padding included, that are evaluated in one run: with twice as many, each takes half as long again. */
const CELLS_PER_RUN = 2560;

/** One run. */
export interface ResponseRun {
  readonly size: PackedSizes;
  /** Prompts, packed responses and their `targets`. */
  readonly feeds: Named<HostTensor>;
  /** Where its cells begin among all. */
  readonly from: number;
}

/** The runs, in order. Programs have a fixed size, so each takes a divisor of the prompts. */
export function* responseRuns(
  shape: PolicyShape,
  prompts: readonly Prompt[],
  { tokens, groupSize, lengths }: Rollouts,
): Generator<ResponseRun> {
  const limit = Math.max(1, Math.floor(CELLS_PER_RUN / (groupSize * shape.responseTokens)));
  const size = largestDivisor(prompts.length, limit), sizes = { prompts: size, groupSize };
  const rollouts = size * groupSize, cells = rollouts * shape.responseTokens;
  const inputs = shiftedInputs(tokens, shape.responseTokens);
  for (let k = 0; k < prompts.length / size; k++) {
    const from = k * cells, to = from + cells;
    const { rows, feeds } = packResponses(
      shape,
      { ...sizes, microBatches: 1 },
      { inputs: inputs.subarray(from, to), targets: tokens.subarray(from, to) },
      lengths.subarray(k * rollouts, (k + 1) * rollouts),
    );
    const asked = prompts.slice(k * size, (k + 1) * size);
    yield { size: { ...sizes, rows }, feeds: { ...promptTensors(asked), ...feeds }, from };
  }
}

/** Compiled programs for {@link responseRuns}, by their sizes. */
export class RunSessions {
  readonly #sessions = new Map<string, SizedSessions>();

  constructor(
    readonly runtime: TensorRuntime,
    readonly programOf: (size: PackedSizes) => Program,
  ) {}

  /** The session for a run; valid until another is asked for. */
  of({ size: { prompts, groupSize, rows } }: ResponseRun): Promise<Session> {
    const key = `${prompts}x${groupSize}`;
    let sessions = this.#sessions.get(key);
    if (sessions === undefined) {
      const programOf = (rows: number) => this.programOf({ prompts, groupSize, rows });
      this.#sessions.set(key, sessions = new SizedSessions(this.runtime, programOf));
    }
    return sessions.of(rows);
  }

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    for (const sessions of this.#sessions.values()) await sessions.release();
  }
}

/** Sets what stands behind the ends of responses to 0, in values [rollouts * responseTokens * any number]. */
export function clearBehindEnds(values: Float32Array, { lengths, count, tokens }: Rollouts): void {
  const width = values.length / count, perToken = values.length / tokens.length;
  lengths.forEach((length, row) =>
    values.fill(0, row * width + length * perToken, (row + 1) * width)
  );
}

/** The largest divisor of `count` that is at most `limit`. */
export function largestDivisor(count: number, limit: number): number {
  for (let size = Math.min(count, limit); size > 1; size--) if (count % size === 0) return size;
  return 1;
}
