/** Accuracy per generated token: how often to score, with how many rollouts, and how much of the pool. */
import {
  accuracyByCost,
  answer,
  coldStart,
  configuration,
  cost,
  defineReport,
  detectableEffects,
  informativeGroups,
  provenance,
  scoringCost,
} from "../lib/mod.ts";

export default defineReport({
  title: "Is scoring worth its rollouts?",
  baseline: "random",
  sections: [
    scoringCost({ base: "T = 14, N = 8" }),
    answer(),
    detectableEffects({ effects: [0.02, 0.01] }),
    accuracyByCost(),
    informativeGroups(),
    coldStart(),
    cost(),
    configuration(),
    provenance(),
  ],
});
