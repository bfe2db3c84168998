/**
 * Does drawing more of each batch by VPS make learning faster? (MMR1, Figure 2)
 *
 * At λ = 0 VAS draws like the uniform baseline; at λ = 1 every prompt is drawn by its score.
 */
import { defineExperiment, grid, recipe, vas } from "../../mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", { sampler: vas() }),
  vary: grid({ sampler: { mixtureRatio: [0, 0.2, 0.5, 0.8, 1] } }),
  seeds: 3,
});
