/**
 * Which way of choosing prompts learns most from a fixed number of generated tokens?
 *
 * A run ends after the step by which it has generated 240,000 tokens, for training, scoring, and groups that are
 * thrown away together; uniform sampling comes to some eighty steps with that. Accuracy is compared at equal tokens.
 *
 * Rivals have their published settings as far as these carry over to groups of 8 and a pool of 768. They do not for
 * SFL's numbers of candidates and SPEED's 20 continued rollouts; filters draw as many prompts as are missing, which
 * wastes fewer tokens than fixed batches; AdaRFT and PLR do not repeat a prompt within a batch, as their code would.
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
    training: { steps: 110, tokenBudget: 240_000 },
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
    "AdaRFT, measured difficulty": { sampler: adaRft() },
    "AdaRFT, given levels": { sampler: adaRft({ difficulty: "level" }) },
    // Its schedule goes by the steps: as many as the budget allows.
    "easy to hard (E2H)": { sampler: easyToHard(), training: { steps: 82 } },
  }),
  seeds: 5,
  quick: { seeds: 2, base: { training: { tokenBudget: 120_000 } } }, // half of E2H's schedule
});
