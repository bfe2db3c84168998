/** Samplers compared at one budget of generated tokens, with what the comparison could have seen. */
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
  informativeGroups,
  provenance,
} from "../lib/mod.ts";

export default defineReport({
  title: "Choosing prompts: samplers at one budget of tokens",
  // Named, because filters are compared with plain uniform sampling too, not with each other.
  baseline: "random",
  sections: [
    answer(),
    equalTokens(),
    detectableEffects({ effects: [0.02, 0.01] }),
    accuracyByCost(),
    informativeGroups(),
    coldStart(),
    benchmarks(),
    cost(),
    configuration(),
    provenance(),
  ],
});
