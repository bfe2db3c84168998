/**
 * What do MM-EUREKA's choices add to GRPO: the online filter, no KL, ADORA, and the parts of DAPO?
 *
 * A run ends after the step by which it has generated 240,000 tokens, those of groups that are thrown away included.
 * Accuracy is compared at equal tokens. Upstream's DAPO flag is never passed on to its loss; here it is the recipe of
 * DAPO's paper, part by part.
 */
import {
  adora,
  cases,
  dapo,
  defineExperiment,
  dynamicSampling,
  kl,
  noFilter,
  overlong,
  recipe,
} from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mm_eureka_micro", {
    training: { steps: 110, tokenBudget: 240_000 },
    evaluation: { scoringControl: false },
  }),
  vary: cases({
    "GRPO": { filter: noFilter() },
    "GRPO with KL": { filter: noFilter(), algorithm: { kl: kl() } },
    "online filter": {}, // at N = 8 the same groups as dynamic sampling keeps
    "online filter, ADORA": { algorithm: { groupWeight: adora() } },
    "DAPO": {
      algorithm: dapo(),
      filter: dynamicSampling(),
      reward: { overlong: overlong({ buffer: 4 }) },
    },
  }),
  seeds: 5,
  quick: { seeds: 2, base: { training: { tokenBudget: 120_000 } } },
});
