/** What the command line changes in an experiment: `--set path=value` and `--seeds`. */
import { parseYaml } from "../../deps.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import type { Json } from "../core/fingerprint.ts";
import { componentsAt } from "../schema/components.ts";
import type { Patch } from "../schema/patch.ts";
import { isComponent, resolvePath, show, valueAt } from "../schema/path.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { valueLabel } from "./axes.ts";
import { applyCase, type Case } from "./case.ts";
import { type Experiment, seedList } from "./experiment.ts";
import { withStages } from "./stage_changes.ts";

/** Flags of the command line that change what is run. */
export interface Overrides {
  /** Each `path=value`, or `path=value,value` for a grid. Applied to the base before the cases. */
  readonly set?: readonly string[];
  /** In place of the experiment's seeds: see {@link parseSeeds}. */
  readonly seeds?: string | null;
}

/** One `--set`, understood. */
interface Assignment {
  readonly path: readonly string[];
  readonly values: readonly Json[];
}

/**
 * The experiment with `--set` and `--seeds` applied. One value goes into the base; several multiply the cases,
 * as another axis. What all stages of a run share is changed in all of them.
 *
 * Errors: a {@link ConfigError} for a path that the base does not have, for values that cannot be read, and
 * when no case is left on which an assignment has an effect.
 */
export function overrideExperiment<E extends Experiment>(
  experiment: E,
  { set = [], seeds = null }: Overrides,
): E {
  let { base, vary } = experiment;
  const assignments = set.map((text) => {
    const assignment = parseAssignment(base, text), before = base;
    if (assignment.values.length === 1) {
      base = refine(base, patchOf(assignment, 0));
      vary = vary.map((one) => withStages(one, base, applyCase(before, one)));
    } else {
      vary = vary.flatMap((one) =>
        crossed(one, assignment).map((other) => withStages(other, base, applyCase(before, one)))
      );
    }
    return assignment;
  });
  for (const assignment of assignments) checkEffect(assignment, base, vary);
  return {
    ...experiment,
    base,
    vary,
    seeds: seeds === null ? experiment.seeds : parseSeeds(seeds),
  };
}

/**
 * Settings with one field changed. Values are YAML scalars: `training.steps=10`, `sampler=vas`,
 * `algorithm.kl=null`.
 *
 * Errors: a {@link ConfigError} for an unknown path, with the closest known one, and for a list of values.
 *
 * @example
 * ```ts
 * import { equal, throws } from "node:assert/strict";
 * import { recipe } from "../schema/recipe.ts";
 * equal(applySet(recipe("mmr1_micro"), "training.steps=10").training.steps, 10);
 * throws(() => applySet(recipe("mmr1_micro"), "training.step=10"), /did you mean "steps"/);
 * ```
 */
export function applySet(config: RunConfig, assignment: string): RunConfig {
  const parsed = parseAssignment(config, assignment);
  if (parsed.values.length !== 1) {
    throw new ConfigError(parsed.path.join("."), `expected one value, got ${parsed.values.length}`);
  }
  return refine(config, patchOf(parsed, 0));
}

/**
 * Seeds from the command line: `5` is the first five (0 to 4), `1..10` a range with both ends, `3,7` a list.
 *
 * Errors: a {@link ConfigError} for anything else.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * deepEqual(parseSeeds("3"), [0, 1, 2]);
 * deepEqual(parseSeeds("1..3"), [1, 2, 3]);
 * deepEqual(parseSeeds("3,7"), [3, 7]);
 * ```
 */
export function parseSeeds(text: string): readonly number[] {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  if (range !== null) {
    const first = Number(range[1]), last = Number(range[2]);
    if (last < first || last - first >= 100_000) {
      throw new ConfigError("--seeds", `expected a range such as 1..10, got ${show(text)}`);
    }
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }
  if (!/^\d+(,\d+)*,?$/.test(text)) {
    throw new ConfigError(
      "--seeds",
      `expected a count (5), a range (1..10) or a list (3,7), got ${show(text)}`,
    );
  }
  if (!text.includes(",")) return seedList(Number(text), "--seeds");
  return seedList(text.replace(/,$/, "").split(",").map(Number), "--seeds");
}

function parseAssignment(base: RunConfig, text: string): Assignment {
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw new ConfigError(
      "--set",
      `expected path=value, such as training.steps=10, got ${show(text)}`,
    );
  }
  const name = text.slice(0, equals).trim();
  const path = resolveField(base, name);
  const current = valueAt(base, path);
  if (path.at(-1) === "kind") {
    const owner = path.slice(0, -1).join(".");
    throw new ConfigError(
      name,
      `expected the component to choose, as in --set ${owner}=${current}`,
    );
  }
  const values = parseValues(text.slice(equals + 1).trim(), name, Array.isArray(current));
  return { path, values: values.map((value) => componentByName(path, current, value)) };
}

/**
 * As {@link resolvePath}; where the base has a component of another kind, or has switched one off, the error says
 * what to choose.
 */
function resolveField(base: RunConfig, name: string): string[] {
  const keys = name.split(".");
  for (let depth = 1; depth < keys.length; depth++) {
    const owner = keys.slice(0, depth), current = valueAt(base, owner);
    if (current === null) throw switchedOff(owner.join("."));
    if (isComponent(current)) checkKind(owner.join("."), keys[depth]!, current);
  }
  return resolvePath(base, name);
}

function switchedOff(owner: string): ConfigError {
  const [first] = Object.keys(componentsAt(owner));
  return new ConfigError(
    owner,
    "null in the base, so that there is no field to change" +
      (first === undefined ? "" : `: choose it first with --set ${owner}=${first}`),
  );
}

/** Errors: a {@link ConfigError} where the component lacks the field and one of another kind has it, or nearly. */
function checkKind(owner: string, field: string, current: { readonly kind: string }): void {
  if (Object.hasOwn(current, field) || didYouMean(field, Object.keys(current)) !== "") return;
  for (const [name, other] of Object.entries(componentsAt(owner))) {
    const fields = Object.keys(other).filter((key) => key !== "kind" && !(key in current));
    const has = Object.hasOwn(other, field);
    if (!has && didYouMean(field, fields) === "") continue;
    throw new ConfigError(
      `${owner}.${field}`,
      has
        ? `${current.kind}, which the base has, has no such field, but ${name} has: choose it first ` +
          `with --set ${owner}=${name}`
        : `neither ${current.kind}, which the base has, nor ${name} has such a field` +
          didYouMean(field, fields),
    );
  }
}

/** `0,0.5,1` and `[0, 0.5, 1]` are several values, except that the brackets of a list field are its own. */
function parseValues(text: string, field: string, isListField: boolean): readonly Json[] {
  if (text === "") throw new ConfigError(field, "expected a value behind =, got nothing");
  if (/^[[{"']/.test(text)) {
    const value = parseScalar(text, field);
    return Array.isArray(value) && !isListField ? value : [value];
  }
  return text.split(",").map((item) => {
    if (item.trim() === "") {
      throw new ConfigError(field, `expected a value between commas, got ${show(text)}`);
    }
    return parseScalar(item, field);
  });
}

function parseScalar(text: string, field: string): Json {
  try {
    return parseYaml(text) as Json;
  } catch {
    throw new ConfigError(field, `expected a value as YAML writes it, got ${show(text)}`);
  }
}

/** `sampler=vas` means VAS with its published defaults, `reward.overlong=default` the term with its own. */
function componentByName(path: readonly string[], current: unknown, value: Json): Json {
  if (typeof value !== "string") return value;
  const owner = path.join("."), known = componentsAt(owner), names = Object.keys(known);
  if (Object.hasOwn(known, value)) return known[value] as Json;
  if (names.length > 0) {
    throw new ConfigError(
      owner,
      `expected one of ${names.join(", ")}, got ${show(value)}${didYouMean(value, names)}`,
    );
  }
  if (!isComponent(current)) return value;
  const field = Object.keys(current).find((key) => key !== "kind")!;
  throw new ConfigError(
    owner,
    `expected fields one by one, as in --set ${owner}.${field}=…, got ${show(value)}`,
  );
}

function patchOf({ path, values }: Assignment, index: number): Patch<RunConfig> {
  // The path was found in the settings, so this has their shape; the value is checked with the run.
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), values[index]) as Patch<
    RunConfig
  >;
}

function crossed({ label, patches, factors }: Case, assignment: Assignment): Case[] {
  const { path, values } = assignment;
  return values.map((value, i) => ({
    label: `${label}, ${path.at(-1)} = ${valueLabel(value, values)}`,
    patches: [patchOf(assignment, i), ...patches],
    factors: factors === null ? null : { ...factors, [path.join(".")]: value },
  }));
}

/** A case may choose the same field itself; where all do, the flag would be a lie. */
function checkEffect({ path, values }: Assignment, base: RunConfig, vary: readonly Case[]): void {
  if (vary.length === 0) return;
  const assigned = new Set(values.map((value) => JSON.stringify(value)));
  const isSeen = vary.some((one) =>
    assigned.has(JSON.stringify(valueAt(applyCase(base, one), path)))
  );
  if (!isSeen) {
    throw new ConfigError(
      path.join("."),
      "--set has no effect here, for every case of the experiment sets it itself",
    );
  }
}
