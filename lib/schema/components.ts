/** Components by name, with their published defaults: what `--set sampler=vas` means. */
import { adamw } from "../algorithm/adamw.ts";
import { dynamicSampling, noFilter, screening } from "../algorithm/group_filter.ts";
import { grpo } from "../algorithm/grpo.ts";
import { microMath } from "../dataset/micro_math.ts";
import { transformer } from "../policy/transformer.ts";
import { adaRft } from "../sampler/ada_rft.ts";
import { easyToHard } from "../sampler/easy_to_hard.ts";
import { greso } from "../sampler/greso.ts";
import { learnability } from "../sampler/learnability.ts";
import { mopps } from "../sampler/mopps.ts";
import { random } from "../sampler/random.ts";
import { replay } from "../sampler/replay.ts";
import { vas } from "../sampler/vas.ts";
import type { RunConfig } from "./run_config.ts";

/** Section of the settings → kind → the component with its defaults. */
export const COMPONENTS = {
  model: { transformer: transformer() },
  dataset: { microMath: microMath() },
  sampler: {
    random: random(),
    vas: vas(),
    learnability: learnability(),
    mopps: mopps(),
    greso: greso(),
    replay: replay(),
    adaRft: adaRft(),
    easyToHard: easyToHard(),
  },
  algorithm: { grpo: grpo() },
  filter: { none: noFilter(), accuracyBand: dynamicSampling(), screening: screening() },
  optimizer: { adamw: adamw() },
} as const satisfies {
  readonly [K in keyof RunConfig]?: Readonly<Record<string, RunConfig[K]>>;
};
