/**
 * Which of VAS's settings matter? (MMR1, Table 4)
 *
 * One factor at a time around the paper's base row (λ = 0.5, T_update = 28, N = 8, α = β = 0.5): 18 rows from 15
 * settings, for the base stands in all four blocks. A run is 70 steps long, as in the paper, so that T_update is the
 * same share of it; the pool is gone through less often here, and the report shows both scales.
 */
import { ablate, defineExperiment, microMath, recipe, transformer, vas } from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: transformer("micro"),
    dataset: microMath({ prompts: 768 }),
    sampler: vas({
      mixtureRatio: 0.5,
      refreshInterval: 28,
      scoringRollouts: 8,
      weights: { ovs: 0.5, tds: 0.5 },
    }),
    evaluation: { scoringControl: false },
  }),
  vary: ablate({
    sampler: {
      mixtureRatio: [0.2, 0.5, 0.8, 1],
      refreshInterval: [4, 7, 14, 28, 35, 56],
      scoringRollouts: [8, 16, 32],
      weights: [
        { ovs: 0, tds: 1 },
        { ovs: 0.2, tds: 0.8 },
        { ovs: 0.5, tds: 0.5 },
        { ovs: 0.8, tds: 0.2 },
        { ovs: 1, tds: 0 },
      ],
    },
  }),
  seeds: 5,
  quick: { seeds: 2 }, // a shorter run would be another share of the paper's T_update
});
