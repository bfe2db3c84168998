/**
 * Which way of choosing prompts learns most from a fixed number of generated tokens?
 *
 * Every arm may generate 240,000 tokens, for training, scoring, and groups that are thrown away together; a run of
 * uniform sampling comes to some eighty steps with that. Each rival has its published settings.
 */
import {
  adaRft,
  cases,
  defineExperiment,
  dynamicSampling,
  easyToHard,
  greso,
  learnability,
  microMath,
  mopps,
  onlineFilter,
  random,
  recipe,
  replay,
  screening,
  transformer,
  vas,
} from "../lib/mod.ts";

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: transformer("micro"),
    dataset: microMath({ prompts: 768 }),
    training: { steps: 95, tokenBudget: 240_000 },
    evaluation: { scoringControl: false },
  }),
  vary: cases({
    "random": { sampler: random() },
    "VAS, λ = 0.5": { sampler: vas({ mixtureRatio: 0.5 }) },
    "VAS, λ = 1": { sampler: vas({ mixtureRatio: 1 }) },
    "VAS, public code": { sampler: vas({ variant: "mmr1" }) },
    "VAS, scores from training": { sampler: vas({ scoresFrom: "training" }) },
    "learnability (SFL)": { sampler: learnability() },
    "MoPPS": { sampler: mopps() },
    "dynamic sampling (DAPO)": { sampler: random(), filter: dynamicSampling() },
    "accuracy band (PRIME)": { // MM-EUREKA's 0.1 to 0.9 is dynamic sampling at N = 8
      sampler: random(),
      filter: onlineFilter({ low: 0.2, high: 0.8 }),
    },
    "GRESO": { sampler: greso(), filter: dynamicSampling() },
    "SPEED": { sampler: random(), filter: screening() },
    "prioritised replay (PLR)": { sampler: replay() },
    "AdaRFT": { sampler: adaRft() },
    "easy to hard (E2H)": { sampler: easyToHard() },
  }),
  seeds: 5,
  quick: { seeds: 2, base: { training: { tokenBudget: 120_000 } } },
});
