/**
 * Which VAS setting matters? One at a time around a fixed base. (MMR1, Table 4)
 *
 * The base is the row that appears in all four blocks of the table.
 */
import { ablate, defineExperiment, recipe, vas } from "../../mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    sampler: vas({ mixtureRatio: 0.5, refreshInterval: 28, weights: { ovs: 0.5, tds: 0.5 } }),
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
  seeds: 3,
});
