/**
 * Which advantage estimator and which objective learn most, all else equal?
 *
 * Each arm changes what its name says, with what belongs to it (whitening, means over sequences), and keeps GRPO's
 * other settings, KL included, so that a difference has one cause. The recipes as published, which change several
 * things at once, are `drGrpo()`, `gspo()`, … of the library. One learning rate, found for GRPO, serves all; gradients
 * are mostly longer than the bound of 1, so that the scale of advantages matters little. GSPO's ranges are ten times
 * the published ones, which are for responses of a thousand tokens and not of eleven: the mean log-ratio of a sequence
 * spreads about that much more. ReMax generates an eighth more per step.
 */
import {
  cases,
  cispoObjective,
  defineExperiment,
  drGrpoAdvantage,
  gaeAdvantage,
  gdpoAdvantage,
  gmpoObjective,
  gspoObjective,
  opoAdvantage,
  passAtKAdvantage,
  recipe,
  reinforcePlusPlusAdvantage,
  remaxAdvantage,
  rlooAdvantage,
  sapoObjective,
} from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", { evaluation: { scoringControl: false } }),
  vary: cases({
    "GRPO": {},
    "Dr. GRPO": { algorithm: { advantage: drGrpoAdvantage(), aggregation: "sequence-sum" } },
    "RLOO": { algorithm: { advantage: rlooAdvantage() } },
    "REINFORCE++": { algorithm: { advantage: reinforcePlusPlusAdvantage(), whitening: true } },
    "REINFORCE++, group baseline": {
      algorithm: {
        advantage: reinforcePlusPlusAdvantage({ groupBaseline: true }),
        whitening: true,
      },
    },
    "ReMax": { algorithm: { advantage: remaxAdvantage() } },
    "pass@k": { algorithm: { advantage: passAtKAdvantage() } },
    "OPO": { algorithm: { advantage: opoAdvantage() } },
    "GDPO": { algorithm: { advantage: gdpoAdvantage(), whitening: true } },
    "PPO (critic, GAE)": { algorithm: { advantage: gaeAdvantage(), whitening: true } },
    "GSPO": {
      algorithm: {
        objective: gspoObjective({ clipRangeLow: 3e-3, clipRangeHigh: 4e-3 }),
        aggregation: "sequence-mean",
      },
    },
    "CISPO": { algorithm: { objective: cispoObjective() } },
    "SAPO": { algorithm: { objective: sapoObjective(), aggregation: "sequence-mean" } },
    "GMPO": { algorithm: { objective: gmpoObjective(), aggregation: "sequence-mean" } },
    "sequence mean": { algorithm: { aggregation: "sequence-mean" } },
    "clip-higher": { algorithm: { objective: { clipRangeHigh: 0.28 } } },
    "no KL": { algorithm: { kl: null } },
  }),
  seeds: 3,
  quick: { seeds: 1, base: { training: { steps: 20 } } },
});
