/** Does drawing more of each batch by expected reward variance make learning faster? (MMR1, Figures 2 and 3) */
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
    dataset: microMath({ prompts: 768 }),
  }),
  vary: cases({
    "random": { sampler: random() },
    "mixed, λ = 0.5": { sampler: vas({ mixtureRatio: 0.5 }) },
    "VAS, λ = 1": { sampler: vas({ mixtureRatio: 1 }) },
  }),
  seeds: 3,
});
