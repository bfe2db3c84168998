/** An experiment: base × vary × seeds, as data. */
import { ConfigError } from "../core/errors.ts";
import type { Patch } from "../schema/patch.ts";
import { show } from "../schema/path.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { applyCase, type Case } from "./case.ts";
import { withStages } from "./stage_changes.ts";

/** What an experiment file exports. Where and how fast it runs is not in here. */
export interface Experiment {
  /** The file's name without its ending, when left out. */
  readonly name?: string;
  /** The doc comment at the top of the file, when left out. */
  readonly question?: string;
  /** Complete settings, usually a recipe. */
  readonly base: RunConfig;
  /** What is compared: `cases`, `grid`, `ablate`, or several of them in one list. */
  readonly vary: readonly Case[];
  /** Replicates, the same for every case: a count from 0, or a list. */
  readonly seeds: number | readonly number[];
  /**
   * What the seed decides. `run` (default): which prompts are drawn and which tokens sampled, from one cold start
   * that all runs share. `coldStart`: the cold start as well, one for each seed, so that intervals also speak of
   * other cold starts; `coldStart.seed` is then the seed.
   */
  readonly seedsReach?: SeedsReach;
  /** A small version for `--quick`: what it changes. */
  readonly quick?: QuickVersion;
}

/** What the seed decides, besides the run. */
export type SeedsReach = "run" | "coldStart";

/** How the small version of an experiment differs: fewer seeds, and a change to the base. */
export interface QuickVersion {
  readonly seeds: number | readonly number[];
  readonly base?: Patch<RunConfig>;
}

/**
 * The small version of an experiment, under a name of its own. What all stages of a run share is changed in all of
 * them.
 *
 * Errors: a {@link ConfigError} for an experiment that has none.
 */
export function quickVersion<E extends Experiment & { readonly name: string }>(
  experiment: E,
): Omit<E, "quick"> {
  const { quick, ...whole } = experiment;
  const { base, name, vary } = whole;
  if (quick === undefined) {
    throw new ConfigError(
      "--quick",
      `${name} has no quick version; give the experiment a field such as quick: { seeds: 1 }`,
    );
  }
  const small = refine(base, quick.base ?? {});
  return {
    ...whole,
    name: `${name}.quick`,
    base: small,
    vary: vary.map((one) => withStages(one, small, applyCase(base, one))),
    seeds: quick.seeds,
  };
}

/**
 * Returns its argument; it is there so that the editor knows what belongs here.
 *
 * @example
 * ```ts
 * import { cases } from "./case.ts";
 * import { recipe } from "../schema/recipe.ts";
 * import { random } from "../sampler/random.ts";
 * import { vas } from "../sampler/vas.ts";
 * export default defineExperiment({
 *   base: recipe("mmr1_micro"),
 *   vary: cases({ "random": { sampler: random() }, "VAS": { sampler: vas() } }),
 *   seeds: 3,
 * });
 * ```
 */
export function defineExperiment(experiment: Experiment): Experiment {
  return experiment;
}

/** Most seeds an experiment may have. */
const MOST_SEEDS = 100_000;

/**
 * The seeds as a list: 3 means 0, 1, 2.
 *
 * Errors: a {@link ConfigError} for none, for a repeated one, for anything but whole numbers of at least 0.
 */
export function seedList(seeds: Experiment["seeds"], field = "seeds"): readonly number[] {
  const isSeed = (seed: unknown) => Number.isSafeInteger(seed) && (seed as number) >= 0;
  if (typeof seeds === "number") {
    if (!isSeed(seeds) || seeds < 1 || seeds > MOST_SEEDS) {
      throw new ConfigError(field, `expected a count in [1, ${MOST_SEEDS}], got ${show(seeds)}`);
    }
    return Array.from({ length: seeds }, (_, seed) => seed);
  }
  if (!Array.isArray(seeds) || seeds.length === 0) {
    throw new ConfigError(field, `expected a count, or a list of seeds, got ${show(seeds)}`);
  }
  const wrong = seeds.find((seed) => !isSeed(seed));
  if (wrong !== undefined) {
    throw new ConfigError(field, `expected whole numbers of at least 0, got ${show(wrong)}`);
  }
  const repeated = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (repeated !== undefined) {
    throw new ConfigError(field, `expected different seeds, got ${repeated} more than once`);
  }
  return seeds;
}
