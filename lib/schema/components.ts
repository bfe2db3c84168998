/** Components by name, with their published settings: what `--set sampler=vas` and `--set algorithm=gspo` mean. */
import { adamw } from "../algorithm/adamw.ts";
import { drGrpoAdvantage } from "../algorithm/advantage/dr_grpo.ts";
import { gaeAdvantage } from "../algorithm/advantage/gae.ts";
import { gdpoAdvantage } from "../algorithm/advantage/gdpo.ts";
import { grpoAdvantage } from "../algorithm/advantage/grpo.ts";
import { opoAdvantage } from "../algorithm/advantage/opo.ts";
import { passAtKAdvantage } from "../algorithm/advantage/pass_at_k.ts";
import { reinforcePlusPlusAdvantage } from "../algorithm/advantage/reinforce_plus_plus.ts";
import { remaxAdvantage } from "../algorithm/advantage/remax.ts";
import { rlooAdvantage } from "../algorithm/advantage/rloo.ts";
import { grpo } from "../algorithm/algorithm.ts";
import {
  accuracyBand,
  dynamicSampling,
  easyR1Filter,
  noFilter,
  onlineFilter,
  screening,
} from "../algorithm/group_filter.ts";
import { accuracyCosine, adora } from "../algorithm/group_weight.ts";
import { kl } from "../algorithm/kl.ts";
import { cispoObjective } from "../algorithm/objective/cispo.ts";
import { gmpoObjective } from "../algorithm/objective/gmpo.ts";
import { gspoObjective } from "../algorithm/objective/gspo.ts";
import { ppoClipObjective } from "../algorithm/objective/ppo_clip.ts";
import { reinforceObjective } from "../algorithm/objective/reinforce.ts";
import { sapoObjective } from "../algorithm/objective/sapo.ts";
import * as algorithms from "../algorithm/presets.ts";
import { microMath } from "../dataset/micro_math.ts";
import { transformer } from "../policy/transformer.ts";
import { cosineLength } from "../reward/cosine_length.ts";
import { dynamicLength } from "../reward/dynamic_length.ts";
import { overlong } from "../reward/overlong.ts";
import { easyR1Rewards, lmmR1Rewards, mmEurekaRewards, mmr1Rewards } from "../reward/presets.ts";
import { repetition } from "../reward/repetition.ts";
import { rewards } from "../reward/reward_config.ts";
import { tagCount } from "../reward/tag_count.ts";
import { adaRft } from "../sampler/ada_rft.ts";
import { easyToHard } from "../sampler/easy_to_hard.ts";
import { sequential, shuffle } from "../sampler/epochs.ts";
import { greso } from "../sampler/greso.ts";
import { learnability } from "../sampler/learnability.ts";
import { mopps } from "../sampler/mopps.ts";
import { random } from "../sampler/random.ts";
import { replay } from "../sampler/replay.ts";
import { vas } from "../sampler/vas.ts";
import type { RunConfig } from "./run_config.ts";

type Algorithm = RunConfig["algorithm"];
type Terms = RunConfig["reward"];
type Named<T> = Readonly<Record<string, T>>;

/** Path into the settings → name → what it stands for. What has no kinds of its own is called `default`. */
export const COMPONENTS = {
  "model": { transformer: transformer() },
  "dataset": { microMath: microMath() },
  "sampler": {
    random: random(),
    shuffle: shuffle(),
    sequential: sequential(),
    vas: vas(),
    learnability: learnability(),
    mopps: mopps(),
    greso: greso(),
    replay: replay(),
    adaRft: adaRft(),
    easyToHard: easyToHard(),
  },
  "reward": {
    default: rewards(),
    mmr1: mmr1Rewards(),
    mmEureka: mmEurekaRewards(),
    easyR1: easyR1Rewards(),
    lmmR1: lmmR1Rewards(),
  },
  "reward.repetition": { default: repetition() },
  "reward.cosineLength": { default: cosineLength() },
  "reward.overlong": { default: overlong() },
  "reward.dynamicLength": { default: dynamicLength() },
  "reward.tagCount": { default: tagCount() },
  "algorithm": {
    grpo: grpo(),
    drGrpo: algorithms.drGrpo(),
    rloo: algorithms.rloo(),
    reinforcePlusPlus: algorithms.reinforcePlusPlus(),
    remax: algorithms.remax(),
    passAtKGrpo: algorithms.passAtKGrpo(),
    ppo: algorithms.ppo(),
    gspo: algorithms.gspo(),
    cispo: algorithms.cispo(),
    sapo: algorithms.sapo(),
    dapo: algorithms.dapo(),
    opo: algorithms.opo(),
    gdpo: algorithms.gdpo(),
  },
  "algorithm.advantage": {
    grpo: grpoAdvantage(),
    drGrpo: drGrpoAdvantage(),
    rloo: rlooAdvantage(),
    reinforcePlusPlus: reinforcePlusPlusAdvantage(),
    remax: remaxAdvantage(),
    passAtK: passAtKAdvantage(),
    opo: opoAdvantage(),
    gdpo: gdpoAdvantage(),
    gae: gaeAdvantage(),
  },
  "algorithm.groupWeight": {
    none: { kind: "none" },
    adora: adora(),
    accuracyCosine: accuracyCosine(),
  },
  "algorithm.objective": {
    ppoClip: ppoClipObjective(),
    gspo: gspoObjective(),
    cispo: cispoObjective(),
    sapo: sapoObjective(),
    gmpo: gmpoObjective(),
    reinforce: reinforceObjective(),
  },
  "algorithm.kl": { default: kl() },
  "algorithm.kl.controller": {
    fixed: { kind: "fixed" },
    adaptive: { kind: "adaptive", target: 0.1, horizon: 10_000 }, // EasyR1's kl_target and kl_horizon
  },
  "algorithm.oldLogProbs": {
    rollout: { kind: "rollout" },
    recomputed: { kind: "recomputed", cap: 2 }, // verl's rollout_is_threshold
  },
  "filter": {
    none: noFilter(),
    accuracyBand: accuracyBand(),
    dynamicSampling: dynamicSampling(),
    easyR1Filter: easyR1Filter(),
    onlineFilter: onlineFilter(),
    screening: screening(),
  },
  "optimizer": { adamw: adamw() },
} as const satisfies {
  readonly "model": Named<RunConfig["model"]>;
  readonly "dataset": Named<RunConfig["dataset"]>;
  readonly "sampler": Named<RunConfig["sampler"]>;
  readonly "reward": Named<Terms>;
  readonly "reward.repetition": Named<Terms["repetition"]>;
  readonly "reward.cosineLength": Named<Terms["cosineLength"]>;
  readonly "reward.overlong": Named<Terms["overlong"]>;
  readonly "reward.dynamicLength": Named<Terms["dynamicLength"]>;
  readonly "reward.tagCount": Named<Terms["tagCount"]>;
  readonly "algorithm": Named<Algorithm>;
  readonly "algorithm.advantage": Named<Algorithm["advantage"]>;
  readonly "algorithm.groupWeight": Named<Algorithm["groupWeight"]>;
  readonly "algorithm.objective": Named<Algorithm["objective"]>;
  readonly "algorithm.kl": Named<Algorithm["kl"]>;
  readonly "algorithm.kl.controller": Named<NonNullable<Algorithm["kl"]>["controller"]>;
  readonly "algorithm.oldLogProbs": Named<Algorithm["oldLogProbs"]>;
  readonly "filter": Named<RunConfig["filter"]>;
  readonly "optimizer": Named<RunConfig["optimizer"]>;
};

/** What a name can stand for at a path, of whichever stage; nothing where no name is known. */
export function componentsAt(path: string): Readonly<Record<string, object>> {
  const own = path.replace(/^(previous\.)+/, "");
  return Object.hasOwn(COMPONENTS, own) ? COMPONENTS[own as keyof typeof COMPONENTS] : {};
}
