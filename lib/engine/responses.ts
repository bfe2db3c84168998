/** Reads sampled tokens as text and judges them. */
import type { Prompt } from "../dataset/prompt.ts";
import { decode } from "../policy/tokenizer.ts";
import { scoreResponse } from "../reward/reward.ts";
import type { RewardConfig } from "../schema/run_config.ts";
import type { Rollouts } from "./rollouts.ts";

/** Rewards of rollouts, in their order. */
export interface RewardBatch {
  readonly accuracy: Float32Array; // [rollouts], 0 or 1
  readonly format: Float32Array; // [rollouts], 0 or 1
  readonly reward: Float32Array; // [rollouts], the weighted sum
  readonly texts: readonly string[];
}

/** The tokens of one rollout, up to and including end-of-sequence. */
export function rolloutTokens(rollouts: Rollouts, row: number): Int32Array {
  const width = rollouts.tokens.length / rollouts.count;
  return rollouts.tokens.subarray(row * width, row * width + rollouts.lengths[row]!);
}

/** Judges every rollout: row r belongs to prompt ⌊r / groupSize⌋. */
export function judge(
  prompts: readonly Prompt[],
  rollouts: Rollouts,
  weights: RewardConfig,
): RewardBatch {
  const { count, groupSize } = rollouts;
  const accuracy = new Float32Array(count), format = new Float32Array(count);
  const reward = new Float32Array(count);
  const texts: string[] = [];
  for (let row = 0; row < count; row++) {
    const text = decode(rolloutTokens(rollouts, row));
    const score = scoreResponse(text, prompts[Math.floor(row / groupSize)]!, weights);
    accuracy[row] = score.accuracy;
    format[row] = score.format;
    reward[row] = score.reward;
    texts.push(text);
  }
  return { accuracy, format, reward, texts };
}

/** Rewards of several lists of rollouts, one after the other. */
export function joinRewards(parts: readonly RewardBatch[]): RewardBatch {
  const joined = (name: "accuracy" | "format" | "reward") =>
    Float32Array.from(parts.flatMap((part) => [...part[name]]));
  return {
    accuracy: joined("accuracy"),
    format: joined("format"),
    reward: joined("reward"),
    texts: parts.flatMap(({ texts }) => texts),
  };
}

/** Mean of `values` over each group of `groupSize`. */
export function groupMeans(values: Float32Array, groupSize: number): Float32Array {
  const means = new Float32Array(values.length / groupSize);
  for (let group = 0; group < means.length; group++) {
    const members = values.subarray(group * groupSize, (group + 1) * groupSize);
    means[group] = members.reduce((a, b) => a + b, 0) / groupSize;
  }
  return means;
}
