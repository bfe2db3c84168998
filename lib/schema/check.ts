/** Settings come in as plain data and go on only when they are complete, typed and in range. */
import type { z } from "../../deps.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { crossFaults, type Fault } from "./cross_faults.ts";
import { expected, fieldsOf, schemaAt, wordsOf } from "./expected.ts";
import { noSuchField, pathText, show, valueAt } from "./path.ts";
import { type RunConfig, runConfigSchema } from "./run_config.ts";

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
 *   () => checkRunConfig({ ...config, training: { ...config.training, steps: "many" } }),
 *   { message: 'training.steps: expected a whole number of at least 0, got "many"' },
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
