/** Figures 2, 3 and 4 of MMR1 for the λ sweep, with intervals over seeds, controls and costs. */
import {
  accuracyByCost,
  answer,
  benchmarks,
  coldStart,
  configuration,
  cost,
  defineReport,
  gallery,
  informativeGroups,
  provenance,
  scoreDynamics,
  trainingCurves,
} from "../lib/mod.ts";
import fig2 from "./paper/fig2.json" with { type: "json" };
import fig3 from "./paper/fig3.json" with { type: "json" };

export default defineReport({
  title: "Variance-aware sampling: the λ sweep",
  sections: [
    answer(),
    trainingCurves({ paper: fig2, stepsPerPoint: 5 }),
    accuracyByCost(),
    scoreDynamics({ paper: fig3, bins: 20 }),
    informativeGroups(),
    coldStart(),
    benchmarks(),
    gallery({ prompts: 4 }),
    cost(),
    configuration(),
    provenance(),
  ],
});
