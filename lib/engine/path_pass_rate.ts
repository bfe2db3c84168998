/** How likely a reasoning path leads to a right answer, by the policy's own probabilities. */
import type { Prompt } from "../dataset/prompt.ts";
import { encodeResponse } from "../policy/tokenizer.ts";
import type { ResidentTensor } from "../tensor/runtime.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";
import type { Rollouts } from "./rollouts.ts";

/** Sampled paths of one prompt. */
export interface PathPassRates {
  /** p_Z of the path of each rollout. // [rollouts] */
  readonly passRates: Float64Array;
  /** Rollouts whose reasoning is closed. */
  readonly closed: number;
  /** Rollouts that are right and whose answer is not written as p_Z has it. */
  readonly rightOtherwise: number;
}

const THINK_END = encodeResponse("</think>")[0]!;

/** The answer block as the format asks for it, without the end-of-sequence token. */
function answerTokens({ answer }: Prompt): Int32Array {
  return encodeResponse(`<answer>\\boxed{${answer}}</answer>`).slice(0, -1);
}

/**
 * p_Z = π(`<answer>\boxed{key}</answer>` | Z) for the path Z of every rollout: its tokens up to and including the first
 * `</think>`. What the policy writes after the block is left open, the end-of-sequence token mostly: only another whole
 * answer block could still change the verdict. The verifier also accepts the block after other tokens, and a number
 * with zeros in front; `rightOtherwise` counts how often that happened. Where the block does not fit into the token
 * limit any more p_Z is 0. A response that never closes its reasoning leaves nothing open: Z is all of it and
 * p_Z its verdict.
 *
 * @param rollouts of `prompt` alone
 * @param correct verdicts, 0 or 1
 */
export async function pathPassRates(
  policy: PolicyRuntime,
  parameters: ResidentTensor,
  prompt: Prompt,
  rollouts: Rollouts,
  correct: ArrayLike<number>,
  temperature: number,
): Promise<PathPassRates> {
  const width = policy.shape.responseTokens, answer = answerTokens(prompt);
  const tokens = rollouts.tokens.slice(), lengths = rollouts.lengths.slice();
  let closed = 0, rightOtherwise = 0;
  const starts = Array.from({ length: rollouts.count }, (_, row) => {
    const own = tokens.subarray(row * width, (row + 1) * width);
    const end = own.subarray(0, rollouts.lengths[row]).indexOf(THINK_END) + 1;
    if (end === 0) return null;
    closed++;
    const written = own.subarray(end, end + answer.length);
    const isAsked = written.length === answer.length && written.every((id, i) => id === answer[i]);
    if (correct[row] === 1 && !isAsked) rightOtherwise++;
    if (end + answer.length <= width) {
      own.set(answer, end);
      lengths[row] = end + answer.length;
    }
    return end;
  });
  const copies = Array<Prompt>(rollouts.count / rollouts.groupSize).fill(prompt);
  const answered = { ...rollouts, tokens, lengths };
  const logProbs = await policy.logProbs(parameters, copies, answered, temperature);
  const passRates = Float64Array.from(starts, (start, row) => {
    if (start === null) return correct[row]!;
    if (start + answer.length > width) return 0;
    const at = row * width + start;
    return Math.exp(logProbs.subarray(at, at + answer.length).reduce((a, b) => a + b, 0));
  });
  return { passRates, closed, rightOtherwise };
}
