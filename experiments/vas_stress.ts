/**
 * Does variance-aware sampling matter more where most prompts carry no signal?
 *
 * A stress case, made to be hard: 70 % of the pool has wrong answer keys, so that no response to these prompts
 * earns the accuracy reward for being right. Otherwise as in `vas_lambda_sweep.ts`.
 */
import {
  cases,
  defineExperiment,
  microMath,
  random,
  recipe,
  transformer,
  vas,
} from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: transformer("micro"),
    dataset: microMath({ prompts: 768, unsolvable: 0.7 }),
  }),
  vary: cases({
    "random": { sampler: random() },
    "mixed, λ = 0.5": { sampler: vas({ mixtureRatio: 0.5 }) },
    "VAS, λ = 1": { sampler: vas({ mixtureRatio: 1 }) },
  }),
  seeds: 3,
});
