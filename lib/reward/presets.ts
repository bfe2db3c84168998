/** The rewards of the systems our users come from. Each takes changes, as `rewards()` does. */
import { repetition } from "./repetition.ts";
import { type RewardConfig, type RewardOptions, rewards } from "./reward_config.ts";

/**
 * MMR1's code as it is (LengSicong/MMR1 verl/utils/reward_score: openr1_rewards_batch.py, r1v.py): accuracy by its
 * lenient grader, a format without a box, and always the penalty on 40-grams of words. Its cosine of length is
 * switched off by its settings. What its paper describes is `rewards()`.
 */
export function mmr1Rewards(options: RewardOptions = {}): RewardConfig {
  return rewards({
    accuracy: { weight: 1, verifier: "mmr1-compat" },
    format: { weight: 1, rule: "mmr1" },
    repetition: repetition({ ngram: 40, penalty: 0.5, unit: "words" }),
    ...options,
  });
}

/**
 * MM-EUREKA (ModalMinds/MM-EUREKA examples/scripts/reward_func_qwen_instruct.py): accuracy + ½·format. A key that its
 * verifier cannot read counts as right there, and here as nothing but itself.
 */
export function mmEurekaRewards(options: RewardOptions = {}): RewardConfig {
  return rewards({
    accuracy: { weight: 1, verifier: "math" },
    format: { weight: 0.5, rule: "mm-eureka" },
    ...options,
  });
}

/** EasyR1 (hiyouga/EasyR1 examples/reward_function/math.py): 0.9·accuracy + 0.1·format. */
export function easyR1Rewards(options: RewardOptions = {}): RewardConfig {
  return rewards({
    accuracy: { weight: 0.9, verifier: "math" },
    format: { weight: 0.1, rule: "easyr1" },
    ...options,
  });
}

/** LMM-R1 (TideDra/lmm-r1 openrlhf/models/remote_rm/math_verifier.py): accuracy + ½·format. */
export function lmmR1Rewards(options: RewardOptions = {}): RewardConfig {
  return rewards({
    accuracy: { weight: 1, verifier: "math" },
    format: { weight: 0.5, rule: "lmm-r1" },
    ...options,
  });
}
