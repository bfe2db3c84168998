/**
 * Is scoring worth its rollouts, and how few will do?
 *
 * Every arm may generate the same number of tokens, for training and scoring together. VAS scores more or less
 * often, with more or fewer rollouts, and the whole pool or a quarter of it: at random, what was scored longest ago,
 * or what is known least.
 */
import {
  cases,
  defineExperiment,
  microMath,
  random,
  recipe,
  transformer,
  vas,
} from "../lib/mod.ts";

const share = { mixtureRatio: 0.5, refreshShare: 0.25 };

export default defineExperiment({
  base: recipe("mmr1_micro", {
    model: transformer("micro"),
    dataset: microMath({ prompts: 768 }),
    training: { steps: 110, tokenBudget: 240_000 },
    evaluation: { scoringControl: false },
  }),
  vary: cases({
    "random": { sampler: random() },
    "T = 7, N = 8": { sampler: vas({ refreshInterval: 7 }) },
    "T = 14, N = 8": { sampler: vas({ refreshInterval: 14 }) },
    "T = 28, N = 8": { sampler: vas({ refreshInterval: 28 }) },
    "T = 14, N = 4": { sampler: vas({ refreshInterval: 14, scoringRollouts: 4 }) },
    "T = 14, N = 2": { sampler: vas({ refreshInterval: 14, scoringRollouts: 2 }) },
    "T = 14, a quarter at random": { sampler: vas({ ...share, refreshOrder: "random" }) },
    "T = 14, the oldest quarter": { sampler: vas({ ...share, refreshOrder: "oldest" }) },
    "T = 14, the least known quarter": {
      sampler: vas({ ...share, refreshOrder: "mostUncertain" }),
    },
    "from training rollouts": { sampler: vas({ scoresFrom: "training" }) },
  }),
  seeds: 5,
  quick: { seeds: 2, base: { training: { tokenBudget: 120_000 } } },
});
