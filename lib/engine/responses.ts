/** Reads sampled tokens as text and has them judged. */
import type { Prompt } from "../dataset/prompt.ts";
import { decode } from "../policy/tokenizer.ts";
import type { Judge } from "../reward/judge.ts";
import { parseResponse } from "../reward/response.ts";
import type { Rollouts } from "./rollouts.ts";

/** Rewards of rollouts, in their order. */
export interface RewardBatch {
  readonly accuracy: Float32Array; // [rollouts], in [0, 1]
  readonly format: Float32Array; // [rollouts], in [0, 1]
  readonly reward: Float32Array; // [rollouts], the sum of the components
  /** The weighted terms of the reward, by name. */
  readonly components: Readonly<Record<string, Float32Array>>; // [rollouts]
  readonly texts: readonly string[];
}

/** The tokens of one rollout, up to and including end-of-sequence. */
export function rolloutTokens(rollouts: Rollouts, row: number): Int32Array {
  const width = rollouts.tokens.length / rollouts.count;
  return rollouts.tokens.subarray(row * width, row * width + rollouts.lengths[row]!);
}

/** Judges every rollout: row r belongs to prompt ⌊r / groupSize⌋. */
export async function judgeRollouts(
  judge: Judge,
  prompts: readonly Prompt[],
  rollouts: Rollouts,
): Promise<RewardBatch> {
  const { count, groupSize } = rollouts;
  const inputs = Array.from({ length: count }, (_, row) => {
    const tokens = rolloutTokens(rollouts, row);
    return {
      prompt: prompts[Math.floor(row / groupSize)]!,
      response: parseResponse(decode(tokens), tokens, !rollouts.ended[row]!),
    };
  });
  const scores = await judge(inputs, groupSize);
  const names = Object.keys(scores[0]?.components ?? {});
  return {
    accuracy: Float32Array.from(scores, ({ accuracy }) => accuracy),
    format: Float32Array.from(scores, ({ format }) => format),
    reward: Float32Array.from(scores, ({ reward }) => reward),
    components: Object.fromEntries(
      names.map((name) => [name, Float32Array.from(scores, ({ components }) => components[name]!)]),
    ),
    texts: inputs.map(({ response }) => response.text),
  };
}

/** The same for every column of rewards. */
function mapColumns(
  batch: RewardBatch,
  columnOf: (read: (batch: RewardBatch) => Float32Array) => Float32Array,
): Omit<RewardBatch, "texts"> {
  return {
    accuracy: columnOf(({ accuracy }) => accuracy),
    format: columnOf(({ format }) => format),
    reward: columnOf(({ reward }) => reward),
    components: Object.fromEntries(
      Object.keys(batch.components).map((name) => [
        name,
        columnOf(({ components }) => components[name]!),
      ]),
    ),
  };
}

/** The rewards of rows [begin, end). */
export function sliceRewards(batch: RewardBatch, begin: number, end: number): RewardBatch {
  return {
    ...mapColumns(batch, (read) => read(batch).slice(begin, end)),
    texts: batch.texts.slice(begin, end),
  };
}

/** Rewards of several lists of rollouts, at least one, one after the other. */
export function joinRewards(parts: readonly RewardBatch[]): RewardBatch {
  return {
    ...mapColumns(
      parts[0]!,
      (read) => Float32Array.from(parts.flatMap((part) => [...read(part)])),
    ),
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
