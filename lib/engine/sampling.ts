/** What those who sample responses are asked for. */
import type { Prompt } from "../dataset/prompt.ts";

/** Responses to sample, and where they go. */
export interface Sampling {
  readonly prompts: readonly Prompt[];
  readonly groupSize: number;
  /** Logits are multiplied by it. */
  readonly inverseTemperature: number;
  /** The numbers in [0, 1) that rollout `member` of prompt `prompt` draws its tokens with, one per position. */
  readonly uniforms: (prompt: number, member: number) => ArrayLike<number>;
  /** [prompts·groupSize·responseTokens], group after group; what stands behind a response's end is to be ignored. */
  readonly tokens: Int32Array;
  /** Of the tokens; of the same length. */
  readonly logProbs: Float32Array;
}
