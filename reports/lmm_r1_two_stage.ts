/** Two stages of training against one, at one budget of generated tokens over both. */
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
  provenance,
  trainingCurves,
} from "../lib/mod.ts";

export default defineReport({
  title: "Text first, then pictures: LMM-R1's two stages at one budget of tokens",
  baseline: "pictures at once",
  sections: [
    answer(),
    equalTokens(),
    benchmarks(),
    detectableEffects({ effects: [0.02, 0.01] }),
    accuracyByCost(),
    trainingCurves(),
    coldStart(),
    gallery(),
    cost(),
    configuration(),
    provenance(),
  ],
});
