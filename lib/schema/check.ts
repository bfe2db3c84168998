/** Settings come in as plain data and go on only when they are complete, typed and in range. */
import type { z } from "../../deps.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { LEVELS } from "../dataset/family.ts";
import { weightedPrompts } from "../sampler/vas.ts";
import { expected, fieldsOf, schemaAt, wordsOf } from "./expected.ts";
import { noSuchField, type Path, pathText, show, valueAt } from "./path.ts";
import { type RunConfig, runConfigSchema } from "./run_config.ts";

/** One thing that is wrong. */
interface Fault {
  readonly path: Path;
  readonly problem: string;
}

/**
 * The settings of one run, checked: types, ranges, unknown fields, and what fields must hold together.
 *
 * @param where named before the path of the field: `recipes/mmr1_micro.yaml`.
 *
 * Errors: a {@link ConfigError} whose field is the path of the first fault, with what was expected and what
 * came; further faults are counted.
 *
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 * import { recipe } from "./recipe.ts";
 * const config = recipe("mmr1_micro");
 * throws(
 *   () => checkRunConfig({ ...config, reward: { format: "much", accuracy: 1 } }),
 *   { message: 'reward.format: expected a number, got "much"' },
 * );
 * ```
 */
export function checkRunConfig(value: unknown, where = ""): RunConfig {
  const result = runConfigSchema.safeParse(value);
  const faults = result.success ? crossFaults(result.data) : faultsOf(result.error.issues, value);
  if (result.success && faults.length === 0) return result.data;
  const [first, ...others] = faults as [Fault, ...Fault[]];
  const field = pathText(first.path);
  throw new ConfigError(
    where === "" ? field : `${where}: ${field}`,
    first.problem + furtherFaults(others),
  );
}

/**
 * {@link checkRunConfig} for many settings at once: a section that several share is checked only once.
 *
 * @returns a function that checks, and returns nothing.
 */
export function createChecker(): (config: RunConfig) => void {
  const fields = Object.entries(runConfigSchema.shape).map(([name, schema]) => ({
    name: name as keyof RunConfig,
    schema: schema as z.ZodType,
    sound: new Set<unknown>(),
  }));
  return (config) => {
    const areSound = fields.every(({ name, schema, sound }) => {
      const section = config[name];
      if (!sound.has(section) && schema.safeParse(section).success) sound.add(section);
      return sound.has(section);
    });
    const isKnown = areSound && Object.keys(config).length === fields.length;
    if (!isKnown || crossFaults(config).length > 0) checkRunConfig(config);
  };
}

function furtherFaults(others: readonly Fault[]): string {
  if (others.length === 0) return "";
  const names = others.slice(0, 3).map(({ path }) => pathText(path)).join(", ");
  return ` (and ${others.length} more to correct: ${names}${others.length > 3 ? ", …" : ""})`;
}

/** Unknown fields first: a misspelt one is also missing under its right name, and the misspelling explains it. */
function faultsOf(issues: readonly z.core.$ZodIssue[], value: unknown): Fault[] {
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys");
  const others = issues.filter((issue) => issue.code !== "unrecognized_keys");
  return [...unknown, ...others].flatMap((issue) => faultOf(issue, value));
}

function faultOf(issue: z.core.$ZodIssue, value: unknown): Fault | Fault[] {
  const { path } = issue;
  const schema = schemaAt(runConfigSchema, path, value), got = valueAt(value, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        problem: noSuchField(key, got, fieldsOf(schema).filter((field) => field !== "kind")),
      }));
    case "custom":
      return { path, problem: `${issue.message}, got ${show(got)}` };
    case "too_small":
    case "too_big":
      if (!Array.isArray(got)) break;
      return { path, problem: `${itemsInWords(issue)}, got ${show(got)}` };
  }
  return {
    path,
    problem: `expected ${expected(schema)}, got ${show(got)}${hint(got, wordsOf(schema))}`,
  };
}

function itemsInWords(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  return issue.code === "too_small"
    ? `expected a list of at least ${issue.minimum}`
    : `expected a list of at most ${issue.maximum}`;
}

function hint(got: unknown, words: readonly string[]): string {
  return typeof got === "string" ? didYouMean(got, words) : "";
}

/** What each field allows by itself, but not together with the others. */
function crossFaults(config: RunConfig): Fault[] {
  const { algorithm, coldStart, dataset, evaluation, filter, sampler, training } = config;
  const faults: Fault[] = [];
  const { batchSize } = training, { miniBatches } = algorithm;
  if (batchSize % miniBatches !== 0) {
    faults.push({
      path: ["training", "batchSize"],
      problem: `expected a multiple of algorithm.miniBatches (${miniBatches}), since groups stay ` +
        `whole, got ${batchSize}`,
    });
  }
  if (
    sampler.kind === "vas" && sampler.mixtureRatio > 0 &&
    weightedPrompts(sampler.mixtureRatio, batchSize) === 0
  ) {
    faults.push({
      path: ["sampler", "mixtureRatio"],
      problem: `expected 0, or at least 1/${batchSize}: of a batch of ${batchSize} prompts this ` +
        `draws none by its score, got ${sampler.mixtureRatio}`,
    });
  }
  if (sampler.kind === "learnability" && sampler.candidates > dataset.prompts) {
    faults.push({
      path: ["sampler", "candidates"],
      problem: `expected at most dataset.prompts (${dataset.prompts}), got ${sampler.candidates}`,
    });
  }
  if (
    sampler.kind === "learnability" && sampler.bufferShare > 0 &&
    weightedPrompts(sampler.bufferShare, batchSize) === 0
  ) {
    faults.push({
      path: ["sampler", "bufferShare"],
      problem: `expected 0, or at least 1/${batchSize}: of a batch of ${batchSize} prompts this ` +
        `draws none from the buffer, got ${sampler.bufferShare}`,
    });
  }
  if (filter.kind === "screening" && filter.screeningRollouts >= algorithm.groupSize) {
    faults.push({
      path: ["filter", "screeningRollouts"],
      problem:
        `expected less than algorithm.groupSize (${algorithm.groupSize}), so that there is a rest of ` +
        `the group to continue with, got ${filter.screeningRollouts}`,
    });
  }
  if (evaluation.probe !== null && evaluation.probe.prompts > dataset.prompts) {
    faults.push({
      path: ["evaluation", "probe", "prompts"],
      problem:
        `expected at most dataset.prompts (${dataset.prompts}), got ${evaluation.probe.prompts}`,
    });
  }
  if (coldStart.shortcutRates.length > LEVELS.length) {
    faults.push({
      path: ["coldStart", "shortcutRates"],
      problem: `expected at most ${LEVELS.length} rates, one for each level, got ` +
        `${coldStart.shortcutRates.length}`,
    });
  }
  return faults;
}
