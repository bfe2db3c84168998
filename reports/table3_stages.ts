/** Table 3 of MMR1 with intervals: what cold start, GRPO and variance-aware sampling add. */
import {
  accuracyByCost,
  answer,
  coldStart,
  configuration,
  cost,
  defineReport,
  detectableEffects,
  provenance,
  stageTable,
} from "../lib/mod.ts";
import paper from "./paper/tables.json" with { type: "json" };

export default defineReport({
  title: "What each stage of training adds: Table 3 with intervals",
  baseline: "+ GRPO",
  sections: [
    stageTable({ paper: paper.table3 }),
    answer(),
    detectableEffects({ effects: [0.02, 0.01] }),
    accuracyByCost(),
    coldStart(),
    cost(),
    configuration(),
    provenance(),
  ],
});
