/** From logits to what a sampler needs. */
import type { Ops } from "../tensor/ops.ts";
import { VOCABULARY } from "./tokenizer.ts";

/** Distributions over the vocabulary, [rows, vocabulary] each. */
export interface TokenDistributions<T> {
  /** Log-probabilities. */
  readonly logProbs: T;
  /** At i the probability of the tokens up to and including i. */
  readonly cumulative: T;
}

/** What makes distributions of logits [rows, vocabulary], multiplied by `inverseTemperature`. */
export function tokenDistributions<T>(
  ops: Ops<T>,
  inverseTemperature: T,
): (logits: T) => TokenDistributions<T> {
  const size = VOCABULARY.length;
  // p·U with U upper triangular is the cumulative distribution.
  const triangle = new Float32Array(size * size); // [size, size]
  for (let i = 0; i < size; i++) triangle.fill(1, i * size + i, (i + 1) * size);
  const cumulate = ops.constant(triangle, [size, size]);
  return (logits) => {
    const logProbs = ops.logSoftmax(ops.mul(logits, inverseTemperature));
    return { logProbs, cumulative: ops.matMul(ops.exp(logProbs), cumulate) };
  };
}
