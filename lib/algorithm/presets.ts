/**
 * The published algorithms by name: each is {@link grpo} with the settings of its paper or of a library's recipe.
 *
 * What is not named keeps GRPO's value, so that the algorithms can be compared: the group size and the number of
 * updates per batch in particular. Libraries: EasyR1 (hiyouga/EasyR1 examples/), verl (verl-project/verl examples/
 * and verl/trainer/config/), TRL (huggingface/trl trl/trainer/grpo_config.py), LMM-R1 (TideDra/lmm-r1
 * examples/scripts/lmm_r1/).
 */
import { drGrpoAdvantage } from "./advantage/dr_grpo.ts";
import { gaeAdvantage } from "./advantage/gae.ts";
import { gdpoAdvantage } from "./advantage/gdpo.ts";
import { opoAdvantage } from "./advantage/opo.ts";
import { passAtKAdvantage } from "./advantage/pass_at_k.ts";
import { reinforcePlusPlusAdvantage } from "./advantage/reinforce_plus_plus.ts";
import { remaxAdvantage } from "./advantage/remax.ts";
import { rlooAdvantage } from "./advantage/rloo.ts";
import { type AlgorithmConfig, type AlgorithmOptions, grpo } from "./algorithm.ts";
import { kl } from "./kl.ts";
import { cispoObjective } from "./objective/cispo.ts";
import { gspoObjective } from "./objective/gspo.ts";
import { ppoClipObjective } from "./objective/ppo_clip.ts";
import { sapoObjective } from "./objective/sapo.ts";

/**
 * Dr. GRPO (arXiv 2503.20783) as verl has it: rewards are centred only, token losses divided by a constant length, no
 * KL (`norm_adv_by_std_in_grpo=False`, `loss_agg_mode=seq-mean-token-sum-norm`, `use_kl_loss=False`). TRL's `dr_grpo`
 * is the same with `scale_rewards="none"`.
 */
export function drGrpo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    advantage: drGrpoAdvantage(),
    aggregation: "sequence-sum",
    kl: null,
    ...options,
  });
}

/**
 * RLOO (arXiv 2402.14740) as verl has it: k1 in the reward with coefficient 0.001, as in the paper, advantages not
 * whitened (examples/rloo_trainer). EasyR1 leaves KL in the loss; LMM-R1 and MM-EUREKA whiten.
 */
export function rloo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: rlooAdvantage(), kl: klInReward(), ...options });
}

/**
 * REINFORCE++ (arXiv 2501.03262) as LMM-R1 and the paper have it: k1 in the reward, returns of tokens, whitened over
 * the batch; coefficient 0.001, also EasyR1's (whose recipe estimates by k3). With
 * `advantage: reinforcePlusPlusAdvantage({ groupBaseline: true })` its variant with a baseline, LMM-R1's
 * `reinforce_baseline`.
 */
export function reinforcePlusPlus(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    advantage: reinforcePlusPlusAdvantage(),
    whitening: true,
    kl: klInReward(),
    ...options,
  });
}

/**
 * ReMax (arXiv 2310.10505) as verl has it: k1 in the reward with coefficient 0.001 (examples/remax_trainer). Where KL
 * is in the reward, EasyR1's formula for the advantage.
 */
export function remax(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: remaxAdvantage(), kl: klInReward(), ...options });
}

/** Pass@k GRPO (arXiv 2503.19595): EasyR1's and verl's `grpo_passk`, all else as GRPO. */
export function passAtKGrpo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: passAtKAdvantage(), ...options });
}

/**
 * PPO with a critic (arXiv 1707.06347) as LMM-R1's train_mgt_geo and train_direct_rl_geo: GAE with γ = λ = 1,
 * advantages whitened, k1 in the reward with coefficient 0.001. The critic has verl's settings (see
 * `gaeAdvantage`). PPO needs no groups; `groupSize: 1` is allowed.
 */
export function ppo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: gaeAdvantage(), whitening: true, kl: klInReward(), ...options });
}

/**
 * GSPO (arXiv 2507.18071) as EasyR1's recipe: `gspo_token`, clip ranges 3e-4 and 4e-4, means over sequences, no KL.
 * Dual clip as EasyR1; verl has none.
 */
export function gspo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    objective: gspoObjective({ level: "token", dualClip: 3 }),
    aggregation: "sequence-mean",
    kl: null,
    ...options,
  });
}

/**
 * CISPO (MiniMax-M1, arXiv 2506.13585): no lower bound and no KL, as in the paper, with the upper bound of EasyR1's
 * recipe (`clip_ratio_high=4`, a ratio of at most 5). EasyR1's `clip_ratio_low=0`, meant as no bound, raises every
 * ratio below 1 to 1: `objective: { kind: "cispo", clipRangeLow: 0, clipRangeHigh: 4 }` has it.
 */
export function cispo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    objective: cispoObjective(),
    kl: null,
    ...options,
  });
}

/**
 * SAPO (arXiv 2511.20347): temperatures 1.0 and 1.05 as everywhere, no KL as EasyR1's recipe, means over sequences as
 * the paper, verl and TRL; EasyR1 keeps the mean over tokens.
 */
export function sapo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    objective: sapoObjective(),
    aggregation: "sequence-mean",
    kl: null,
    ...options,
  });
}

/**
 * DAPO (arXiv 2503.14476) as EasyR1's recipe: clip-higher (0.2 and 0.28), mean over tokens, no KL. Its other two parts
 * are sections of their own: dynamic sampling is `filter: dynamicSampling()`, the punishment of overlong responses a
 * term of `reward`.
 */
export function dapo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({
    objective: ppoClipObjective({ clipRangeHigh: 0.28 }),
    aggregation: "token-mean",
    kl: null,
    ...options,
  });
}

/**
 * OPO (arXiv 2505.23585) as verl documents it (docs/algo/opo.md): exactly on-policy, one update per batch; no KL, no
 * entropy bonus.
 */
export function opo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: opoAdvantage(), miniBatches: 1, kl: null, ...options });
}

/** GDPO (arXiv 2601.05242) as verl's recipe: advantages whitened, no KL (examples/gdpo_trainer). */
export function gdpo(options: AlgorithmOptions = {}): AlgorithmConfig {
  return grpo({ advantage: gdpoAdvantage(), whitening: true, kl: null, ...options });
}

/** k1 taken from every token's reward, with the coefficient of verl's and LMM-R1's recipes. */
function klInReward() {
  return kl({ estimator: "k1", place: "reward", coefficient: 0.001 });
}
