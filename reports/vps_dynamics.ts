/** Figure 3 of MMR1 in full: how scores move while the policy learns, how soon they are out of date, how noisy they are. */
import {
  coldStart,
  configuration,
  cost,
  defineReport,
  provenance,
  scoreDynamics,
  scoreNoise,
  staleness,
} from "../lib/mod.ts";
import fig3 from "./paper/fig3.json" with { type: "json" };

export default defineReport({
  title: "Score dynamics: Figure 3 with its control",
  baseline: "VAS, λ = 0.5", // the only arm without VAS is not trained
  sections: [
    staleness({ level: 0.8 }),
    scoreDynamics({ paper: fig3, bins: 20 }),
    scoreNoise({ rollouts: [8, 16, 32] }),
    coldStart(),
    cost(),
    configuration(),
    provenance(),
  ],
});
