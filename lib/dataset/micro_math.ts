/** MicroMath: procedural multimodal mathematics, small enough to learn on a laptop. */
import { z } from "../../deps.ts";
import { type Cell, drawPrompt, drawPrompts, type Modality } from "./draw_prompts.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import { FAMILIES } from "./families/mod.ts";
import { LEVELS } from "./family.ts";
import { type Benchmark, BENCHMARKS, type Dataset, type Prompt } from "./prompt.ts";

/** Which MicroMath: sizes of the splits and the seed they are generated from. */
export interface MicroMathConfig {
  readonly kind: "microMath";
  /** Prompts in the pool that reinforcement learning draws from. */
  readonly prompts: number;
  /** Which problems the pool is drawn from: all, those without a picture, those with one. Held-out splits have both. */
  readonly trainOn: Modality;
  readonly validationPrompts: number;
  /** Prompts in each of the five benchmark splits. */
  readonly benchmarkPrompts: number;
  /** Share of the pool whose answer key is replaced by a wrong one: a stress case, 0 by default. */
  readonly unsolvable: number;
  readonly seed: number;
}

/** MicroMath with its published defaults. */
export function microMath(
  {
    prompts = 1024,
    trainOn = "all",
    validationPrompts = 512,
    benchmarkPrompts = 128,
    unsolvable = 0,
    seed = 0,
  }: Partial<Omit<MicroMathConfig, "kind">> = {},
): MicroMathConfig {
  return {
    kind: "microMath",
    prompts,
    trainOn,
    validationPrompts,
    benchmarkPrompts,
    unsolvable,
    seed,
  };
}

export const microMathSchema = z.strictObject({
  kind: z.literal("microMath"),
  prompts: z.int().min(1).max(1_000_000),
  trainOn: z.enum(["all", "text", "image"]),
  validationPrompts: z.int().min(1).max(100_000),
  benchmarkPrompts: z.int().min(1).max(100_000),
  unsolvable: z.number().min(0).max(1),
  seed: z.int().min(0),
}) satisfies z.ZodType<MicroMathConfig>;

/** MicroMath's splits. */
export interface MicroMath extends Dataset {
  readonly benchmarks: Readonly<Record<Benchmark, readonly Prompt[]>>;
}

/** The part of the settings that says what is held out. */
export type MicroMathHeldOut = Omit<MicroMathConfig, "prompts" | "trainOn" | "unsolvable">;

/** Every family at every level. */
export const CELLS: readonly Cell[] = FAMILIES.flatMap((family) =>
  LEVELS.map((level) => ({ family, level }))
);

/** Which cells each benchmark split draws from, after the paper's five benchmarks. */
const BENCHMARK_CELLS: Readonly<Record<Benchmark, (cell: Cell) => boolean>> = {
  verse: () => true,
  vista: ({ family }) => family.illustrated,
  vision: ({ level }) => level === 3,
  logic: ({ family }) => ["logic", "matrix", "graphTheory"].includes(family.name),
  chart: ({ family }) => ["statistics", "functions", "counting"].includes(family.name),
};

const NUMBERS = Array.from({ length: 100 }, (_, i) => String(i));

/**
 * The pool with the answer keys of a share of its prompts replaced by wrong ones: numbers below 100 outside the
 * prompt's guesses. A key among the guesses would reward guessing, which is a signal, if a misleading one.
 */
function withWrongKeys(
  pool: readonly Prompt[],
  share: number,
  random: RandomSource,
): readonly Prompt[] {
  const count = Math.round(share * pool.length);
  const chosen = new Set(random.at("which").shuffled(pool.keys()).slice(0, count));
  return pool.map((prompt, i) => {
    if (!chosen.has(i)) return prompt;
    const wrong = NUMBERS.filter((number) => !prompt.guesses.includes(number));
    return { ...prompt, answer: random.at("key", prompt.id).pick(wrong), solvable: false };
  });
}

/**
 * What MicroMath holds out. Splits are disjoint by construction: what a prompt asks and shows decides, through a
 * hash, which one it can be in, for every seed alike.
 *
 * Errors: a ConfigError when a split is asked for more prompts than there are.
 */
export function microMathHeldOut(config: MicroMathHeldOut): Omit<MicroMath, "train"> {
  const random = randomSource(config.seed, "microMath");
  const taken = new Set<string>();
  const benchmark = (name: Benchmark) =>
    drawPrompts(
      CELLS.filter(BENCHMARK_CELLS[name]),
      "benchmark",
      config.benchmarkPrompts,
      random.at("benchmark", name),
      "dataset.benchmarkPrompts",
      { taken },
    );
  return {
    validation: drawPrompts(
      CELLS,
      "validation",
      config.validationPrompts,
      random.at("validation"),
      "dataset.validationPrompts",
    ),
    benchmarks: Object.fromEntries(
      BENCHMARKS.map((name) => [name, benchmark(name)]),
    ) as Record<Benchmark, Prompt[]>,
  };
}

/**
 * Generates MicroMath. Errors: as {@link microMathHeldOut}.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const dataset = createMicroMath(microMath({ prompts: 50, validationPrompts: 10, benchmarkPrompts: 5 }));
 * equal(dataset.train.length, 50);
 * equal(dataset.benchmarks.logic.length, 5);
 * ```
 */
export function createMicroMath(config: MicroMathConfig): MicroMath {
  const random = randomSource(config.seed, "microMath");
  const pool = drawPrompts(
    CELLS,
    "train",
    config.prompts,
    random.at("train"),
    "dataset.prompts",
    { modality: config.trainOn },
  );
  return {
    train: withWrongKeys(pool, config.unsolvable, random.at("unsolvable")),
    ...microMathHeldOut(config),
  };
}

/** One MicroMath prompt for a demonstration, even over families and levels; it is in no pool and not held out. */
export function demonstrationPrompt(random: RandomSource): Prompt {
  const prompt = drawPrompt(random.pick(CELLS), "demonstration", random);
  // More than half of what a cell draws is for demonstrations: this would take a broken family.
  if (prompt === null) throw new Error("Cannot find a problem to demonstrate");
  return prompt;
}
