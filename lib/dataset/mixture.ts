/** Several data sets as one. */
import { z } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import { randomSource } from "../core/random.ts";
import {
  createFiles,
  type FilesConfig,
  filesSchema,
  pinFiles,
  type QuestionCheck,
} from "./files/files.ts";
import { type Draw, interleave, STOPPING, type Stopping } from "./interleave.ts";
import { createMicroMath, type MicroMathConfig, microMathSchema } from "./micro_math.ts";
import type { Dataset, Prompt } from "./prompt.ts";

/** A data set that can be part of a mixture. */
export type SourceConfig = MicroMathConfig | FilesConfig;

/** Which data sets, and how their pools become one. */
export interface MixtureConfig {
  readonly kind: "mixture";
  /** By name, which becomes the `source` of their prompts. */
  readonly sources: Readonly<Record<string, SourceConfig>>;
  /** How often each is drawn from, adding up to 1; null for all prompts once, one source behind the other. */
  readonly probabilities: Readonly<Record<string, number>> | null;
  /** With probabilities: when drawing ends. */
  readonly stopping: Stopping;
  /** Of the draws. */
  readonly seed: number;
}

/**
 * Data sets one behind the other, in the order of their names, or, with probabilities, drawn until each has given all it has (LMM-R1
 * `--prompt_data_probs`, which is Hugging Face's `interleave_datasets` with `all_exhausted`).
 */
export function mixture(
  { sources, probabilities = null, stopping = "allExhausted", seed = 0 }:
    & Pick<MixtureConfig, "sources">
    & Partial<Omit<MixtureConfig, "kind" | "sources">>,
): MixtureConfig {
  return { kind: "mixture", sources, probabilities, stopping, seed };
}

const sourceName = z.string().regex(/^[\w.-]{1,64}$/);

export const mixtureSchema = z.strictObject({
  kind: z.literal("mixture"),
  sources: z.record(sourceName, z.discriminatedUnion("kind", [microMathSchema, filesSchema])),
  probabilities: z.record(sourceName, z.number().gt(0).max(1)).nullable(),
  stopping: z.enum(STOPPING),
  seed: z.int().min(0),
}).superRefine(({ sources, probabilities }, context) => {
  const names = Object.keys(sources);
  const fault = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (names.length === 0) fault("sources", "expected at least one source");
  if (probabilities === null) return;
  const given = Object.keys(probabilities);
  if (given.length !== names.length || given.some((name) => !names.includes(name))) {
    fault("probabilities", `expected one for each of ${names.join(", ")}`);
    return;
  }
  const sum = given.reduce((total, name) => total + probabilities[name]!, 0);
  if (Math.abs(sum - 1) > 1e-6) fault("probabilities", "expected numbers that add up to 1");
}) satisfies z.ZodType<MixtureConfig>;

/** Draws to be expected at most: a small probability can make a mixture endless in all but name. */
const MOST_DRAWS = 10_000_000;

/** The settings with the digests of their files. Errors: as {@link pinFiles}. */
export function pinMixture(config: MixtureConfig): MixtureConfig {
  const pinned = Object.entries(config.sources).map(([name, source]) =>
    [name, pinSource(source)] as const
  );
  return { ...config, sources: Object.fromEntries(pinned) };
}

/**
 * The mixture. Its pool repeats prompts where draws do. What any source holds out is held out of all: a split is that
 * of all sources together, equal content once.
 *
 * Errors: a ConfigError for a source that cannot be made; for a prompt that one source holds out and another trains
 * on; and for probabilities that ask for more than ten million draws.
 */
export async function createMixture(
  config: MixtureConfig,
  whyUnreadable: QuestionCheck,
): Promise<Dataset> {
  const names = Object.keys(config.sources).sort(); // how settings order keys must not matter
  const sets: Dataset[] = [];
  for (const name of names) {
    const dataset = await createSource(config.sources[name]!, whyUnreadable);
    sets.push(withSource(dataset, name));
  }
  const validation = union(sets.map((set) => set.validation));
  const splits = [...new Set(sets.flatMap(({ benchmarks }) => Object.keys(benchmarks)))];
  const benchmarks = Object.fromEntries(
    splits.map((split) => [split, union(sets.map((set) => set.benchmarks[split] ?? []))]),
  );
  checkHeldOut(sets, [validation, ...Object.values(benchmarks)].flat());
  return { train: poolOf(config, names, sets), validation, benchmarks };
}

/** A source with the digests of its files. Errors: as {@link pinFiles}. */
export function pinSource(config: SourceConfig): SourceConfig {
  return config.kind === "files" ? pinFiles(config) : config;
}

/** The prompts of a data set that is no mixture. Errors: a ConfigError for one that cannot be made. */
export async function createSource(
  config: SourceConfig,
  whyUnreadable: QuestionCheck,
): Promise<Dataset> {
  switch (config.kind) {
    case "microMath":
      return createMicroMath(config);
    case "files":
      return await createFiles(config, whyUnreadable);
    default:
      return config satisfies never;
  }
}

function withSource({ train, validation, benchmarks }: Dataset, source: string): Dataset {
  const renamed = (prompts: readonly Prompt[]) => prompts.map((prompt) => ({ ...prompt, source }));
  return {
    train: renamed(train),
    validation: renamed(validation),
    benchmarks: Object.fromEntries(
      Object.entries(benchmarks).map(([split, prompts]) => [split, renamed(prompts)]),
    ),
  };
}

/** All prompts in order, equal content once, under the names of all sources that have it. */
function union(lists: readonly (readonly Prompt[])[]): Prompt[] {
  return [...Map.groupBy(lists.flat(), ({ id }) => id).values()].map((equal) => {
    const sources = [...new Set(equal.map(({ source }) => source))];
    return { ...equal[0]!, source: sources.join(" + ") };
  });
}

function checkHeldOut(sets: readonly Dataset[], heldOut: readonly Prompt[]): void {
  const holders = new Map(heldOut.map(({ id, source }) => [id, source]));
  for (const prompt of sets.flatMap(({ train }) => train)) {
    const holder = holders.get(prompt.id);
    if (holder === undefined) continue;
    throw new ConfigError(
      `dataset.sources.${prompt.source}`,
      `expected prompts that no source holds out, got one that ${holder} does: ` +
        JSON.stringify(prompt.question),
    );
  }
}

/** Which source comes next, as an index into `names`: the draws of a mixture with probabilities. */
function drawsOf(
  { probabilities, seed }: Pick<MixtureConfig, "probabilities" | "seed">,
  names: readonly string[],
): () => number {
  const random = randomSource(seed, "mixture");
  const ends: number[] = [];
  names.reduce((sum, name, i) => ends[i] = sum + (probabilities?.[name] ?? 1), 0);
  return () => {
    const place = random.next() * ends.at(-1)!;
    return ends.findIndex((end) => place < end);
  };
}

/**
 * The draws of a mixture with probabilities. Errors: a ConfigError where more than ten million are to be expected.
 *
 * @param lengths of the pools, in the order of `names` // [names]
 */
export function poolDraws(
  config: Pick<MixtureConfig, "probabilities" | "stopping" | "seed">,
  names: readonly string[],
  lengths: readonly number[],
): Iterable<Draw> {
  const { probabilities, stopping } = config;
  const longest = names.map((name, i) => lengths[i]! / (probabilities?.[name] ?? 1))
    .reduce((most, draws) => Math.max(most, draws), 0);
  if (stopping === "allExhausted" && longest > MOST_DRAWS) {
    throw new ConfigError(
      "dataset.probabilities",
      `expected a pool of at most ${MOST_DRAWS} draws, got about ${Math.ceil(longest)}: ` +
        "raise the smallest",
    );
  }
  return interleave(lengths, drawsOf(config, names), stopping);
}

function poolOf(
  config: MixtureConfig,
  names: readonly string[],
  sets: readonly Dataset[],
): Prompt[] {
  if (config.probabilities === null) return sets.flatMap(({ train }) => train);
  const draws = poolDraws(config, names, sets.map(({ train }) => train.length));
  return Array.from(draws, ({ list, index }) => sets[list]!.train[index]!);
}
