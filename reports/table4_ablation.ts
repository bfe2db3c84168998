/** Table 4 of MMR1 with intervals: one factor at a time around the paper's base. */
import {
  ablationTable,
  coldStart,
  configuration,
  cost,
  defineReport,
  provenance,
} from "../lib/mod.ts";
import paper from "./paper/tables.json" with { type: "json" };

export default defineReport({
  title: "Which of VAS's settings matter? Table 4 with intervals",
  baseline: "mixtureRatio = 0.5", // the base, under the name it has in the first block
  sections: [
    ablationTable({ paper: paper.table4 }),
    coldStart(),
    cost(),
    configuration(),
    provenance(),
  ],
});
