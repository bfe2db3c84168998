/** MM-EUREKA's choices compared at one budget of generated tokens. */
import {
  accuracyByCost,
  answer,
  benchmarks,
  coldStart,
  configuration,
  cost,
  defineReport,
  detectableEffects,
  equalTokens,
  gallery,
  informativeGroups,
  provenance,
  trainingCurves,
} from "../lib/mod.ts";

export default defineReport({
  title: "MM-EUREKA's choices at one budget of tokens",
  baseline: "GRPO",
  sections: [
    answer(),
    equalTokens(),
    detectableEffects({ effects: [0.02, 0.01] }),
    trainingCurves(),
    accuracyByCost(),
    informativeGroups(),
    coldStart(),
    benchmarks(),
    gallery(),
    cost(),
    configuration(),
    provenance(),
  ],
});
