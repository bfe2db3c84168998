/** Judges rollouts: every term of the reward, and their sum. */
import { createCosineLength } from "./cosine_length.ts";
import { loadCustomReward } from "./custom.ts";
import { createDynamicLength } from "./dynamic_length.ts";
import { hasFormat } from "./format.ts";
import { createOverlong } from "./overlong.ts";
import { askRemote } from "./remote_client.ts";
import { createRepetition } from "./repetition.ts";
import { type RewardConfig, rewards } from "./reward_config.ts";
import type {
  GroupRewardFunction,
  RewardFunction,
  RewardFunctionInput,
  RewardInput,
} from "./reward_function.ts";
import { createTagCount } from "./tag_count.ts";
import { truncationTerm } from "./truncation.ts";
import { loadVerifier } from "./verify.ts";

export type { RewardInput } from "./reward_function.ts";

/** What a rollout is worth. */
export interface Score {
  /** In [0, 1], without its weight. */
  readonly accuracy: number;
  /** 0 or 1, without its weight. */
  readonly format: number;
  /** The sum of the components, in their order. */
  readonly reward: number;
  /**
   * The weighted terms by name: `accuracy` and `format`, then those switched on in the order of the settings. A
   * remote model's term has its name, and its named parts are `<name>.<part>`.
   */
  readonly components: Readonly<Record<string, number>>;
}

/**
 * Judges rollouts, group after group: row r is one of group ⌊r / groupSize⌋. Groups do not see each other.
 *
 * Errors: RangeError when the rows are no whole groups; a ConfigError from a custom reward; a RemoteRewardError.
 */
export type Judge = (
  rollouts: readonly RewardInput[],
  groupSize: number,
) => Promise<readonly Score[]>;

/** What a judge needs to know besides the settings. */
export interface JudgeContext {
  /** `decoding.maxTokens`. */
  readonly maxTokens: number;
  /** Ends requests that are under way; the judge then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A judge for these settings. Loads the verifier and the custom module; asks a remote model only when called.
 *
 * Errors: a {@link ConfigError} for a custom module that is missing, changed or no function.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { parseResponse } from "./response.ts";
 * import { overlong } from "./overlong.ts";
 * import { rewards } from "./reward_config.ts";
 * const config = rewards({ overlong: overlong({ buffer: 2 }) });
 * const judge = await createJudge(config, { maxTokens: 4 });
 * const text = "<think>3 + 4</think><answer>\\boxed{7}</answer>";
 * const response = parseResponse(text, Int32Array.of(5, 6, 1), false);
 * const [score] = await judge([{ prompt: { question: "3 + 4 = ?", answer: "7" }, response }], 1);
 * deepEqual(score, {
 *   accuracy: 1,
 *   format: 1,
 *   reward: 1.5,
 *   components: { accuracy: 1, format: 1, overlong: -0.5 },
 * });
 * ```
 */
export async function createJudge(config: RewardConfig, context: JudgeContext): Promise<Judge> {
  const { accuracy, format, truncation } = config, { maxTokens, signal } = context;
  const verify = await loadVerifier(accuracy.verifier);
  const terms = await loadTerms(config);
  return async (rollouts, groupSize) => {
    checkGroups(rollouts.length, groupSize);
    const inputs = rollouts.map(({ prompt, response }): RewardFunctionInput => ({
      prompt,
      response,
      maxTokens,
      accuracy: verify(response.text, prompt),
    }));
    const formats = inputs.map(({ response }) => Number(hasFormat(response.text, format.rule)));
    const rows = inputs.map((input, i): Record<string, number> => ({
      accuracy: accuracy.weight * input.accuracy,
      format: format.weight * formats[i]!,
    }));
    for (const [name, term] of terms) {
      for (let begin = 0; begin < inputs.length; begin += groupSize) {
        const values = term(inputs.slice(begin, begin + groupSize));
        values.forEach((value, i) => rows[begin + i]![name] = value);
      }
    }
    const remote = await Promise.all(
      config.remote.map((model) => askRemote(model, rollouts, { signal: signal ?? null })),
    );
    for (const parts of remote) parts.forEach((part, i) => Object.assign(rows[i]!, part));
    return rows.map((row, i): Score => {
      const { isTruncated } = inputs[i]!.response;
      if (truncation !== null) {
        row.truncation = isTruncated ? truncationTerm(truncation, sum(row)) : 0;
      }
      return {
        accuracy: inputs[i]!.accuracy,
        format: formats[i]!,
        reward: sum(row),
        components: row,
      };
    });
  };
}

/** A judge of accuracy and format alone, whose reward is accuracy: for scoring and evaluation. */
export function accuracyJudge({ accuracy, format }: RewardConfig): Promise<Judge> {
  const config = rewards({
    accuracy: { ...accuracy, weight: 1 },
    format: { ...format, weight: 0 },
  });
  return createJudge(config, { maxTokens: 0 }); // neither term looks at length
}

/** The terms switched on besides accuracy, format, remote and truncation, in the order of the settings. */
async function loadTerms(
  { repetition, cosineLength, overlong, dynamicLength, tagCount, custom }: RewardConfig,
): Promise<[string, GroupRewardFunction][]> {
  const terms: [string, GroupRewardFunction][] = [];
  const each = (reward: RewardFunction): GroupRewardFunction => (group) => group.map(reward);
  if (repetition !== null) terms.push(["repetition", each(createRepetition(repetition))]);
  if (cosineLength !== null) terms.push(["cosineLength", each(createCosineLength(cosineLength))]);
  if (overlong !== null) terms.push(["overlong", each(createOverlong(overlong))]);
  if (dynamicLength !== null) terms.push(["dynamicLength", createDynamicLength(dynamicLength)]);
  if (tagCount !== null) terms.push(["tagCount", each(createTagCount(tagCount))]);
  if (custom !== null) terms.push(["custom", each(await loadCustomReward(custom))]);
  return terms;
}

function checkGroups(rollouts: number, groupSize: number): void {
  if (Number.isInteger(groupSize) && groupSize > 0 && rollouts % groupSize === 0) return;
  throw new RangeError(
    `Cannot judge ${rollouts} rollouts: expected whole groups of ${groupSize}`,
  );
}

/** The first two terms alone give exactly accuracy.weight·accuracy + format.weight·format. */
const sum = (row: Readonly<Record<string, number>>): number =>
  Object.values(row).reduce((total, value) => total + value);
