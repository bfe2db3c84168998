/** The policy gradient of one prompt from its sampled responses. */
import { centered as centeredRewards } from "../algorithm/advantage/dr_grpo.ts";
import { standardized as standardizedRewards } from "../algorithm/advantage/grpo.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { ScoreFunction } from "./score_function.ts";
import { type GradientBlock, leaveOneOutWeights, squaredNormOfMean } from "./probe_estimates.ts";
import type { Rollouts } from "./rollouts.ts";

/** ∇J_x and what of it a training loop sees. */
export interface PromptGradient {
  /** Unbiased estimate of ∇J_x; null where every reward is the same in each group. // [parameters] */
  readonly gradient: Float32Array | null;
  /** Of ‖∇J_x‖², unbiased, and its standard error. */
  readonly squaredNorm: number;
  readonly squaredNormError: number;
  /** Mean over groups of ‖1/G·Σ A_i ∇ log π(y_i)‖², with A centred, and with A standardised as GRPO does. */
  readonly groupSquaredNorm: number;
  readonly groupSquaredNormStandardized: number;
}

/** Groups are summed into at most this many blocks: a bound on memory, and the jackknife's units. */
const BLOCKS = 8;

/**
 * The rollouts are cut into disjoint groups of `groupSize`; the gradient of each has the mean of the group's other
 * rewards as baseline, which makes it unbiased, and their mean is the gradient. Groups without a difference in rewards
 * count as exactly 0.
 *
 * @param rollouts of `prompt` alone; a remainder that fills no group is left out
 * @param rewards one per rollout
 */
export async function promptGradient(
  score: ScoreFunction,
  parameters: ResidentTensor,
  prompt: Prompt,
  rollouts: Rollouts,
  rewards: Float32Array,
  groupSize: number,
  temperature: number,
): Promise<PromptGradient> {
  const width = rollouts.tokens.length / rollouts.count;
  const groups = Math.floor(rollouts.count / groupSize), size = parameters.shape[0]!;
  const blocks: GradientBlock[] = Array.from({ length: Math.min(BLOCKS, groups) }, (_, b) => ({
    sum: new Float32Array(size),
    groups: Math.ceil((groups - b) / Math.min(BLOCKS, groups)),
  }));
  let centered = 0, standardized = 0, informative = 0;
  for (let group = 0; group < groups; group++) {
    const from = group * groupSize, to = from + groupSize;
    const own = rewards.subarray(from, to);
    if (own.every((reward) => reward === own[0])) continue;
    informative++;
    const weights = leaveOneOutWeights([...own]);
    const gradient = await score.weightedSum(
      parameters,
      prompt,
      {
        tokens: rollouts.tokens.slice(from * width, to * width),
        lengths: rollouts.lengths.slice(from, to),
        weights,
      },
      temperature,
    );
    const { sum } = blocks[group % blocks.length]!;
    let squares = 0;
    for (let i = 0; i < size; i++) {
      const value = gradient[i]!;
      sum[i]! += value;
      squares += value * value;
    }
    // Both kinds of advantages are the weights times a number of their own.
    const scale = ([first]: Float32Array) => (first! / weights[0]! / groupSize) ** 2 * squares;
    centered += scale(centeredRewards(own));
    standardized += scale(standardizedRewards(own, 1e-6));
  }
  if (informative === 0) {
    return {
      gradient: null,
      squaredNorm: 0,
      squaredNormError: 0,
      groupSquaredNorm: 0,
      groupSquaredNormStandardized: 0,
    };
  }
  const { value, error } = squaredNormOfMean(blocks);
  const gradient = new Float32Array(size);
  for (const { sum } of blocks) for (let i = 0; i < size; i++) gradient[i]! += sum[i]! / groups;
  return {
    gradient,
    squaredNorm: value,
    squaredNormError: error,
    groupSquaredNorm: centered / groups,
    groupSquaredNormStandardized: standardized / groups,
  };
}
