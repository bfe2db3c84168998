/** What several responses to each prompt tell. */
import { countVotes, drawSizes, majorityAtK, passAtK, worstAtK } from "../core/pass_at_k.ts";
import type { RandomSource } from "../core/random.ts";
import { answerBlock, boxedContent, normalizeAnswer } from "../reward/verify.ts";
import type { SampledResult } from "../schema/run_record.ts";
import type { RewardBatch } from "./responses.ts";

/** What a response votes for: its box, or its answer block where it has none; null without either. */
function answerOf(response: string): string | null {
  const block = answerBlock(response);
  const given = block === null ? null : boxedContent(block) ?? block;
  return given === null || given.trim() === "" ? null : normalizeAnswer(given);
}

/**
 * pass@k, worst@k and majority@k, means over prompts, from groups of `samples` responses. Right means an accuracy
 * of 1: partial credit is not right. Right answers are one answer for the majority, wrong ones are told apart by
 * their spelling.
 *
 * @param random draws for majorities among many responses: see {@link majorityAtK}
 */
export function sampledResult(
  { accuracy, texts }: Pick<RewardBatch, "accuracy" | "texts">,
  samples: number,
  random: RandomSource,
): SampledResult {
  const prompts = accuracy.length / samples, draws = drawSizes(samples);
  const pass = new Float64Array(draws.length), worst = pass.slice(), majority = pass.slice();
  for (let prompt = 0; prompt < prompts; prompt++) {
    const first = prompt * samples;
    const answers = texts.slice(first, first + samples).map(answerOf);
    const votes = countVotes(answers, (member) => accuracy[first + member] === 1);
    const majorities = majorityAtK(votes, draws, random.at(prompt));
    draws.forEach((k, i) => {
      pass[i]! += passAtK(samples, votes.right, k);
      worst[i]! += worstAtK(samples, votes.right, k);
      majority[i]! += majorities[i]!;
    });
  }
  const byDraw = (sums: Float64Array) =>
    Object.fromEntries(draws.map((k, i) => [String(k), sums[i]! / prompts]));
  return {
    samples,
    passAtK: byDraw(pass),
    worstAtK: byDraw(worst),
    majorityAtK: byDraw(majority),
  };
}
