/**
 * How do scores move while the policy learns, and how soon are they out of date? (MMR1, Figure 3)
 *
 * Scores are taken every 7 steps and each scoring is repeated on the unchanged policy: what moves between the two is
 * noise. Before the first step 256 rollouts of each prompt show how noisy a score of few rollouts is.
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
    dataset: microMath({ prompts: 768 }),
  }),
  vary: cases({
    "VAS, λ = 0.5": { sampler: vas({ mixtureRatio: 0.5, refreshInterval: 7 }) },
    "VAS, λ = 1": { sampler: vas({ mixtureRatio: 1, refreshInterval: 7 }) },
    "OVS alone, λ = 0.5": {
      sampler: vas({ mixtureRatio: 0.5, refreshInterval: 7, weights: { ovs: 1, tds: 0 } }),
    },
    "pass rates from 256 rollouts": {
      sampler: random(),
      training: { steps: 0 },
      evaluation: { probe: { prompts: 768, rollouts: 256, stepSizes: [] } },
    },
  }),
  seeds: 3,
  quick: { seeds: 1, base: { training: { steps: 21 } } },
});
