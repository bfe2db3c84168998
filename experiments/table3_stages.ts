/**
 * What does each stage add: cold start, GRPO, variance-aware sampling? (MMR1, Table 3)
 *
 * Every seed makes a cold start of its own, so that the intervals speak of the whole way from an untrained policy
 * and not of one checkpoint.
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
    evaluation: { scoringControl: false },
  }),
  vary: cases({
    "+ GRPO": { sampler: random() },
    "+ VAS": { sampler: vas({ mixtureRatio: 0.5 }) },
  }),
  seeds: 5,
  seedsReach: "coldStart",
  quick: { seeds: 2, base: { coldStart: { steps: 600 }, training: { steps: 20 } } },
});
