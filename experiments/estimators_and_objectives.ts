/**
 * Which advantage estimator and which objective learn most, all else equal?
 *
 * Each arm changes what its name says and keeps GRPO's other settings, KL included, so that a difference has one cause;
 * the recipes as published, which change several things at once, are `drGrpo()`, `gspo()`, … of the library.
 */
import {
  cases,
  defineExperiment,
  drGrpoAdvantage,
  gaeAdvantage,
  gdpoAdvantage,
  opoAdvantage,
  passAtKAdvantage,
  recipe,
  reinforcePlusPlusAdvantage,
  remaxAdvantage,
  rlooAdvantage,
} from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", { evaluation: { scoringControl: false } }),
  vary: cases({
    "GRPO": {},
    "Dr. GRPO": { algorithm: { advantage: drGrpoAdvantage(), aggregation: "sequence-sum" } },
    "RLOO": { algorithm: { advantage: rlooAdvantage() } },
    "REINFORCE++": { algorithm: { advantage: reinforcePlusPlusAdvantage(), whitening: true } },
    "REINFORCE++, group baseline": {
      algorithm: { advantage: reinforcePlusPlusAdvantage({ groupBaseline: true }), whitening: true },
    },
    "ReMax": { algorithm: { advantage: remaxAdvantage() } },
    "pass@k": { algorithm: { advantage: passAtKAdvantage() } },
    "OPO": { algorithm: { advantage: opoAdvantage() } },
    "GDPO": { algorithm: { advantage: gdpoAdvantage(), whitening: true } },
    "PPO (critic, GAE)": { algorithm: { advantage: gaeAdvantage(), whitening: true } },
    "GSPO": {
      algorithm: {
        objective: {
          kind: "gspo",
          level: "sequence",
          clipRangeLow: 3e-4,
          clipRangeHigh: 4e-4,
          dualClip: null,
        },
      },
    },
    "CISPO": { algorithm: { objective: { kind: "cispo", clipRangeLow: 1, clipRangeHigh: 4 } } },
    "SAPO": {
      algorithm: {
        objective: { kind: "sapo", temperaturePositive: 1, temperatureNegative: 1.05 },
      },
    },
    "GMPO": {
      algorithm: { objective: { kind: "gmpo", clipRangeLow: 0.4, clipRangeHigh: 0.4 } },
    },
    "clip-higher": {
      algorithm: {
        objective: { kind: "ppoClip", clipRangeLow: 0.2, clipRangeHigh: 0.28, dualClip: 3 },
      },
    },
    "no KL": { algorithm: { kl: null } },
  }),
  seeds: 3,
  quick: { seeds: 1, base: { training: { steps: 20 } } },
});
