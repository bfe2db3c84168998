/** Advantage estimators and objectives side by side, one change at a time. */
import {
  accuracyByCost,
  answer,
  benchmarks,
  coldStart,
  configuration,
  cost,
  defineReport,
  detectableEffects,
  provenance,
  trainingCurves,
} from "../lib/mod.ts";

export default defineReport({
  title: "Estimators and objectives: one change to GRPO at a time",
  baseline: "GRPO",
  sections: [
    answer(),
    detectableEffects({ effects: [0.02, 0.01] }),
    trainingCurves(),
    accuracyByCost(),
    coldStart(),
    benchmarks(),
    cost(),
    configuration(),
    provenance(),
  ],
});
