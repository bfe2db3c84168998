/** The Variance-Progress theorem measured: gradients, gains, paths, and what scores say about them. */
import {
  coldStart,
  configuration,
  cost,
  defineReport,
  predictors,
  provenance,
  varianceDecomposition,
  varianceProgress,
} from "../lib/mod.ts";

export default defineReport({
  title: "The Variance-Progress theorem, measured",
  sections: [
    varianceProgress(),
    varianceDecomposition(),
    predictors(),
    coldStart(),
    cost(),
    configuration(),
    provenance(),
  ],
});
