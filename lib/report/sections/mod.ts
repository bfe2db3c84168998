/** Every section a report can have. */
export { ablationTable } from "./ablation_table.ts";
export { accuracyByCost } from "./accuracy_by_cost.ts";
export { answer } from "./answer.ts";
export { benchmarks } from "./benchmarks.ts";
export { coldStart } from "./cold_start.ts";
export { configuration } from "./configuration.ts";
export { cost } from "./cost.ts";
export { detectableEffects } from "./detectable_effects.ts";
export { gallery } from "./gallery.ts";
export { informativeGroups } from "./informative_groups.ts";
export { provenance } from "./provenance.ts";
export { samplerComparison } from "./sampler_comparison.ts";
export { scoreDynamics } from "./score_dynamics.ts";
export { scoreNoise } from "./score_noise.ts";
export { stageTable } from "./stage_table.ts";
export { staleness } from "./staleness.ts";
export { trainingCurves } from "./training_curves.ts";
