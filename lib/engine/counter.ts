/** Counts every generated rollout and token by what it was generated for. */
import type { GenerationCount } from "../schema/run_record.ts";
import type { Rollouts } from "./rollouts.ts";

/** What rollouts are generated for. */
export type Purpose = keyof GenerationCount;

const NOTHING: GenerationCount = { training: 0, discarded: 0, scoring: 0, validation: 0 };

/** Running totals. */
export class GenerationCounter {
  readonly #rollouts: Record<Purpose, number>;
  readonly #tokens: Record<Purpose, number>;

  constructor(
    { rollouts, tokens }: { rollouts?: GenerationCount; tokens?: GenerationCount } = {},
  ) {
    this.#rollouts = { ...NOTHING, ...rollouts };
    this.#tokens = { ...NOTHING, ...tokens };
  }

  add(purpose: Purpose, { count, lengths }: Pick<Rollouts, "count" | "lengths">): void {
    this.#rollouts[purpose] += count;
    this.#tokens[purpose] += lengths.reduce((total, length) => total + length, 0);
  }

  /** A copy of the totals so far. */
  totals(): { readonly rollouts: GenerationCount; readonly tokens: GenerationCount } {
    return { rollouts: { ...this.#rollouts }, tokens: { ...this.#tokens } };
  }
}
