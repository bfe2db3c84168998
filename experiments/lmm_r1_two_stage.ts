/**
 * Does reasoning learnt on text first make learning from pictures better, at equal tokens? (LMM-R1: foundational
 * reasoning enhancement, then multimodal generalisation, against direct reinforcement learning on pictures)
 *
 * Every arm may generate 240,000 tokens in all. In two stages the first half of them goes to problems without a
 * picture, and the second stage goes on counting where the first stopped.
 */
import { cases, defineExperiment, microMath, mixture, recipe, refine } from "../lib/mod.ts";

const base = recipe("lmm_r1_micro", {
  training: { steps: 200, tokenBudget: 240_000 },
  evaluation: { scoringControl: false },
});
const half = { tokenBudget: 120_000 };
const text = microMath({ prompts: 768, trainOn: "text" });
const image = microMath({ prompts: 768, trainOn: "image" });

export default defineExperiment({
  base,
  vary: cases({
    "pictures at once": { dataset: image },
    "text, then pictures": {
      previous: refine(base, { dataset: text, training: half }),
      dataset: image,
    },
    "pictures, then pictures": { // the same interruption, optimiser state and reference included
      previous: refine(base, { dataset: image, training: half }),
      dataset: image,
    },
    "text and pictures mixed": {
      dataset: mixture({ sources: { text, image }, probabilities: { text: 0.5, image: 0.5 } }),
    },
    "text alone": { dataset: text },
  }),
  seeds: 5,
  quick: { seeds: 1 }, // fewer steps would not be fewer in earlier stages: arms would differ in tokens
});
