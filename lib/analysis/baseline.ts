/** Which arm an arm is compared with. */
import type { ArmResults, ExperimentResults } from "./results.ts";

/** The arms that others are compared with. */
export interface Baselines {
  /** Stands for all where one is needed. */
  readonly first: ArmResults;
  /** What an arm is compared with; null for an arm that others are compared with. */
  readonly of: (arm: ArmResults) => ArmResults | null;
}

const isUniform = ({ config }: ArmResults) => config.sampler.kind === "random";

/** Everything but the sampler: arms that agree on it stand on the same level of any other axis. */
const level = ({ config }: ArmResults) => JSON.stringify({ ...config, sampler: null });

/**
 * Where uniform sampling was crossed with other settings, each arm's baseline is uniform sampling with its own
 * other settings: a longer run is no better sampler. Arms without such a counterpart are compared with the first
 * baseline, and so are all arms when a baseline is named.
 *
 * @param named an arm's name; a name that no arm has counts as none
 * @returns null for an experiment without arms
 */
export function findBaselines({ arms }: ExperimentResults, named?: string): Baselines | null {
  const chosen = arms.find(({ name }) => name === named);
  const first = chosen ?? arms.find(isUniform) ?? arms[0];
  if (first === undefined) return null;
  if (chosen !== undefined) return { first, of: (arm) => arm === first ? null : first };
  const uniform = new Map<string, ArmResults>(), used = new Set<ArmResults>([first]);
  for (const arm of arms) {
    if (isUniform(arm) && !uniform.has(level(arm))) uniform.set(level(arm), arm);
  }
  for (const arm of arms) {
    const counterpart = uniform.get(level(arm));
    if (counterpart !== undefined && !isUniform(arm)) used.add(counterpart);
  }
  const of = (arm: ArmResults) => {
    if (used.has(arm)) return null;
    return (isUniform(arm) ? undefined : uniform.get(level(arm))) ?? first;
  };
  return { first, of };
}
