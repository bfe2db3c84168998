/**
 * What experiments, recipes and reports may use.
 *
 * @module
 */
export { adamw } from "./algorithm/adamw.ts";
export { drGrpoAdvantage } from "./algorithm/advantage/dr_grpo.ts";
export { gaeAdvantage } from "./algorithm/advantage/gae.ts";
export { gdpoAdvantage } from "./algorithm/advantage/gdpo.ts";
export { grpoAdvantage } from "./algorithm/advantage/grpo.ts";
export { opoAdvantage } from "./algorithm/advantage/opo.ts";
export { passAtKAdvantage } from "./algorithm/advantage/pass_at_k.ts";
export { reinforcePlusPlusAdvantage } from "./algorithm/advantage/reinforce_plus_plus.ts";
export { remaxAdvantage } from "./algorithm/advantage/remax.ts";
export { rlooAdvantage } from "./algorithm/advantage/rloo.ts";
export { grpo } from "./algorithm/algorithm.ts";
export {
  accuracyBand,
  customFilter,
  dynamicSampling,
  easyR1Filter,
  type GeneratedGroup,
  noFilter,
  onlineFilter,
  screening,
} from "./algorithm/group_filter.ts";
export { accuracyCosine, adora } from "./algorithm/group_weight.ts";
export { kl } from "./algorithm/kl.ts";
export { cispoObjective } from "./algorithm/objective/cispo.ts";
export { gmpoObjective } from "./algorithm/objective/gmpo.ts";
export { gspoObjective } from "./algorithm/objective/gspo.ts";
export { ppoClipObjective } from "./algorithm/objective/ppo_clip.ts";
export { reinforceObjective } from "./algorithm/objective/reinforce.ts";
export { sapoObjective } from "./algorithm/objective/sapo.ts";
export {
  cispo,
  dapo,
  drGrpo,
  gdpo,
  gspo,
  opo,
  passAtKGrpo,
  ppo,
  reinforcePlusPlus,
  remax,
  rloo,
  sapo,
} from "./algorithm/presets.ts";
export { files } from "./dataset/files/files.ts";
export { microMath } from "./dataset/micro_math.ts";
export { mixture } from "./dataset/mixture.ts";
export { ablate, grid } from "./plan/axes.ts";
export { type Case, cases } from "./plan/case.ts";
export { defineExperiment, type Experiment } from "./plan/experiment.ts";
export { pretrained } from "./policy/pretrained.ts";
export { transformer } from "./policy/transformer.ts";
export { defineReport, type Report } from "./report/define_report.ts";
export * from "./report/sections/mod.ts";
export { cosineLength } from "./reward/cosine_length.ts";
export { customReward } from "./reward/custom.ts";
export { dynamicLength } from "./reward/dynamic_length.ts";
export { overlong } from "./reward/overlong.ts";
export { easyR1Rewards, lmmR1Rewards, mmEurekaRewards, mmr1Rewards } from "./reward/presets.ts";
export { remoteReward } from "./reward/remote.ts";
export { repetition } from "./reward/repetition.ts";
export { rewards } from "./reward/reward_config.ts";
export type { RewardFunction } from "./reward/reward_function.ts";
export { tagCount } from "./reward/tag_count.ts";
export { stopProperly } from "./reward/truncation.ts";
export { adaRft } from "./sampler/ada_rft.ts";
export { easyToHard } from "./sampler/easy_to_hard.ts";
export { sequential, shuffle } from "./sampler/epochs.ts";
export { greso } from "./sampler/greso.ts";
export { learnability } from "./sampler/learnability.ts";
export { mopps } from "./sampler/mopps.ts";
export { random } from "./sampler/random.ts";
export { replay } from "./sampler/replay.ts";
export { vas } from "./sampler/vas.ts";
export type { Axes, Patch } from "./schema/patch.ts";
export { recipe } from "./schema/recipe.ts";
export { refine } from "./schema/refine.ts";
export type { RunConfig, SamplerConfig } from "./schema/run_config.ts";
export type { RunRecord } from "./schema/run_record.ts";
