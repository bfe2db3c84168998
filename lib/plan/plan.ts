/** From an experiment to every run it consists of, checked, with equal settings found once. */
import { ConfigError } from "../core/errors.ts";
import type { Json } from "../core/fingerprint.ts";
import { createChecker } from "../schema/check.ts";
import {
  coldStartId,
  type ColdStartIdentity,
  coldStartIdentity,
  createRunIds,
  stagesOf,
} from "../schema/identity.ts";
import { isObject } from "../schema/path.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { applyCase, type Case, type Factors } from "./case.ts";
import { type Experiment, seedList, type SeedsReach } from "./experiment.ts";
import { createPins, createStageSeeds } from "./stage_changes.ts";
import { varyingFields } from "./varying_fields.ts";

/** One training to be done: settings and seed. */
export interface PlannedRun {
  readonly kind: "run";
  readonly id: string;
  readonly config: RunConfig;
  readonly seed: number;
  /** Id of the run whose last policy it begins from; null where it begins from the cold start. */
  readonly previous: string | null;
  /** Id of the cold start that it, or its first stage, begins from; null for a pretrained model. */
  readonly coldStart: string | null;
  /** Label of the first cell it stands in; of the first that begins from it, and which stage of it, where in none. */
  readonly label: string;
}

/** One supervised stage to be done before the runs that start from it. */
export interface PlannedColdStart {
  readonly kind: "coldStart";
  readonly id: string;
  readonly identity: ColdStartIdentity;
}

/** One case of the experiment with a run per seed. */
export interface Cell {
  readonly label: string;
  /** Path → value of what tells this cell from the others. */
  readonly factors: Factors;
  /** Without what the seed decides: see `Experiment.seedsReach`. */
  readonly config: RunConfig;
  /** In the order of the seeds. Cells with equal settings hold the same runs. */
  readonly runs: readonly PlannedRun[];
}

/** Everything an experiment consists of. */
export interface Plan {
  readonly name: string;
  readonly question: string;
  readonly seeds: readonly number[];
  readonly seedsReach: SeedsReach;
  /** Whether the experiment says what `--quick` is to do. */
  readonly hasQuickVersion: boolean;
  /** In the order of the experiment file. */
  readonly cells: readonly Cell[];
  /**
   * Each run once, in the order in which cells first need them: a stage that others begin from stands before them,
   * whether it stands in a cell or not.
   */
  readonly runs: readonly PlannedRun[];
  /** Ids of the runs that were asked for; others are there because those begin from them. */
  readonly selected: ReadonlySet<string>;
  /** Each cold start once. */
  readonly coldStarts: readonly PlannedColdStart[];
}

/**
 * Expands an experiment into every run, each checked.
 *
 * Errors: a {@link ConfigError} for no cases, two cases of one name, a field that is out of range or not there
 * (with the case it came from), wrong seeds, or a file that settings name and that cannot be read.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { recipe } from "../schema/recipe.ts";
 * import { grid } from "./axes.ts";
 * const plan = expand({
 *   base: recipe("mmr1_micro"),
 *   vary: grid({ training: { steps: [10, 20] } }),
 *   seeds: 3,
 * });
 * equal(plan.runs.length, 6);
 * equal(plan.coldStarts.length, 1);
 * ```
 */
export function expand(
  { name = "", question = "", base, vary, seeds, seedsReach = "run", quick }: Experiment,
): Plan {
  const seedNumbers = seedList(seeds);
  checkLabels(vary);
  const check = createChecker();
  const pinned = createPins();
  const configs = vary.map((one) => pinned(configOf(base, one, check)));
  const fields = vary.some(({ factors }) => factors === null) ? varyingFields(configs) : [];

  const idOf = createRunIds(), coldStartOf = createColdStarts();
  const withSeed = seedsReach === "run" ? (config: RunConfig) => config : createStageSeeds();
  const own = configs.map((shared) =>
    seedNumbers.map((seed) => {
      const config = withSeed(shared, seed);
      return { config, seed, id: idOf(config, seed) };
    })
  );
  const labels = new Map<string, string>();
  own.forEach((ofCell, i) => {
    for (const { id } of ofCell) if (!labels.has(id)) labels.set(id, vary[i]!.label);
  });

  const runs = new Map<string, PlannedRun>();
  const coldStarts = new Map<string, PlannedColdStart>();
  const stageIds = new Map<RunConfig, Map<number, string>>(); // many begin from one
  const stageId = (stage: RunConfig, seed: number): string => {
    const ids = stageIds.get(stage) ?? new Map<number, string>();
    stageIds.set(stage, ids);
    if (!ids.has(seed)) ids.set(seed, idOf(stage, seed));
    return ids.get(seed)!;
  };
  const planned = (config: RunConfig, seed: number, id: string, label: string): PlannedRun => {
    const known = runs.get(id);
    if (known !== undefined) return known;
    const stage = config.previous;
    const previous = stage === null ? null : planned(stage, seed, stageId(stage, seed), label).id;
    const coldStart = coldStartOf(config);
    if (coldStart !== null) coldStarts.set(coldStart.id, coldStart);
    const run: PlannedRun = {
      kind: "run",
      id,
      config,
      seed,
      previous,
      coldStart: coldStart?.id ?? null,
      label: labels.get(id) ?? `${label}: stage ${stagesOf(config).length}`,
    };
    runs.set(id, run);
    return run;
  };
  const cells = vary.map(({ label, factors }, i): Cell => {
    const shared = configs[i]!;
    return {
      label,
      factors: factors ?? factorsOf(shared, fields),
      config: shared,
      runs: own[i]!.map(({ config, seed, id }) => planned(config, seed, id, label)),
    };
  });
  return {
    name,
    question,
    seeds: seedNumbers,
    seedsReach,
    hasQuickVersion: quick !== undefined,
    cells,
    runs: [...runs.values()],
    selected: new Set(runs.keys()),
    coldStarts: [...coldStarts.values()],
  };
}

function checkLabels(vary: readonly Case[]): void {
  if (vary.length === 0) {
    throw new ConfigError(
      "vary",
      'expected at least one case, such as cases({ "base": {} }), got none',
    );
  }
  const seen = new Set<string>();
  for (const { label } of vary) {
    if (seen.has(label)) {
      throw new ConfigError(
        "vary",
        `expected a name of its own for each case, got ${JSON.stringify(label)} twice`,
      );
    }
    seen.add(label);
  }
}

/** The settings of one case, checked; errors name the case. */
function configOf(
  base: RunConfig,
  one: Case,
  check: (config: RunConfig) => void,
): RunConfig {
  try {
    const config = applyCase(base, one);
    check(config);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.field, `${error.problem} (case ${JSON.stringify(one.label)})`);
  }
}

function factorsOf(config: RunConfig, fields: readonly string[]): Factors {
  const factors: Record<string, Json> = {};
  for (const field of fields) {
    let value: unknown = config;
    for (const key of field.split(".")) {
      value = (value as Record<string, unknown> | null | undefined)?.[key];
    }
    // What is null elsewhere and has fields here is told by those.
    if (value !== undefined && !isObject(value)) factors[field] = value as Json;
  }
  return factors;
}

/**
 * Cold starts by what decides them, null for a pretrained model; settings that share these sections share the work
 * of hashing them.
 */
function createColdStarts(): (config: RunConfig) => PlannedColdStart | null {
  const numbers = new Map<object, number>();
  const number = (section: object) => {
    if (!numbers.has(section)) numbers.set(section, numbers.size);
    return numbers.get(section)!;
  };
  const known = new Map<string, PlannedColdStart>();
  return (config) => {
    const first = stagesOf(config)[0]!;
    const { model, dataset, coldStart, decoding, evaluation } = first;
    if (coldStart === null) return null;
    const key = [model, dataset, coldStart, decoding, evaluation].map(number).join();
    let planned = known.get(key);
    if (planned === undefined) {
      planned = { kind: "coldStart", id: coldStartId(first), identity: coldStartIdentity(first) };
      known.set(key, planned);
    }
    return planned;
  };
}
