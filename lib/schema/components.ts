/** Components by name, with their published defaults: what `--set sampler=vas` means. */
import { adamw } from "../algorithm/adamw.ts";
import { dynamicSampling, noFilter, screening } from "../algorithm/group_filter.ts";
import { grpo } from "../algorithm/grpo.ts";
import { microMath } from "../dataset/micro_math.ts";
import { transformer } from "../policy/transformer.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import type { RunConfig } from "./run_config.ts";

/** Section of the settings → kind → the component with its defaults. */
export const COMPONENTS = {
  model: { transformer: transformer() },
  dataset: { microMath: microMath() },
  sampler: { random: random(), vas: vas() },
  algorithm: { grpo: grpo() },
  filter: { none: noFilter(), accuracyBand: dynamicSampling(), screening: screening() },
  optimizer: { adamw: adamw() },
} as const satisfies {
  readonly [K in keyof RunConfig]?: Readonly<Record<string, RunConfig[K]>>;
};
