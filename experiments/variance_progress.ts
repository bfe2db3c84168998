/**
 * Does a prompt's reward variance bound from below what a step on it gains? (MMR1, Variance-Progress theorem)
 *
 * The policy is probed after the cold start and again after 35 steps of GRPO on uniformly drawn prompts. Each of 192
 * prompts is measured on its own: reward variance, squared norm of its gradient, the gain of one gradient step at five
 * step sizes, the two-level decomposition of the variance, and the scores a sampler would take. The step sizes, a decade
 * apart, were chosen after a look at 24 prompts. The seed also decides the cold start: three policies.
 */
import { cases, defineExperiment, microMath, random, recipe, transformer } from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: transformer("micro"),
    dataset: microMath({ prompts: 768 }),
    training: { steps: 35 },
    evaluation: {
      scoringControl: false,
      probe: { prompts: 192, rollouts: 128, stepSizes: [0.00001, 0.0001, 0.001, 0.01, 0.1] },
    },
  }),
  vary: cases({ "random": { sampler: random() } }),
  seeds: 3,
  seedsReach: "coldStart",
  quick: {
    seeds: 1,
    base: {
      training: { steps: 10 },
      evaluation: { probe: { prompts: 48, rollouts: 64, stepSizes: [0.0001, 0.001, 0.1] } },
    },
  },
});
