/** Do the gains hold on a small pool, and which part of the score makes them? Five seeds each. */
import { cases, defineExperiment, microMath, random, recipe, vas } from "../../mod.ts";

export default defineExperiment({
  name: "samplers on a small pool",
  base: recipe("mmr1_micro", { dataset: microMath({ prompts: 256, seed: 1 }) }),
  vary: cases({
    "random": { sampler: random() },
    "VAS": { sampler: vas() },
    "VAS, outcome only": { sampler: vas({ weights: { ovs: 1, tds: 0 } }) },
    "VAS, diversity only": { sampler: vas({ weights: { ovs: 0, tds: 1 } }) },
    "VAS, as the public code": { sampler: vas({ variant: "mmr1" }) },
  }),
  seeds: 5,
});
