/** Designs in the shape of the settings, where a list means "each of these": the full grid, and one at a time. */
import { ConfigError } from "../core/errors.ts";
import type { Json } from "../core/fingerprint.ts";
import type { Axes, Patch } from "../schema/patch.ts";
import { isComponent, isObject } from "../schema/path.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { Case, Factors } from "./case.ts";

/** One field and the values it takes. */
interface FlatAxis {
  readonly path: readonly string[];
  readonly values: readonly Json[];
  /** False for a value that all cases share. */
  readonly varies: boolean;
}

/** More cases than this are a slip of the keyboard. */
const MOST_CASES = 1_000_000;

/**
 * Every combination of the axes' values; the first axis changes slowest.
 *
 * Errors: a {@link ConfigError} for no axes, an axis without values, or over a million combinations.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const vary = grid({ sampler: { mixtureRatio: [0, 1] }, training: { steps: [10, 20] } });
 * deepEqual(vary.map(({ label }) => label), [
 *   "mixtureRatio = 0, steps = 10",
 *   "mixtureRatio = 0, steps = 20",
 *   "mixtureRatio = 1, steps = 10",
 *   "mixtureRatio = 1, steps = 20",
 * ]);
 * ```
 */
export function grid(axes: Axes<RunConfig>): readonly Case[] {
  const flat = flatAxes(axes, "grid");
  const count = flat.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_CASES) {
    throw new ConfigError("grid", `expected at most ${MOST_CASES} combinations, got ${count}`);
  }
  const writers = flat.map((axis) => labelWriter(axis, flat));
  return Array.from({ length: count }, (_, index) => {
    let rest = index;
    const chosen: number[] = [];
    for (let a = flat.length - 1; a >= 0; a--) {
      const { length } = flat[a]!.values;
      chosen[a] = rest % length;
      rest = Math.floor(rest / length);
    }
    return caseOf(flat, chosen, writers);
  });
}

/**
 * One factor at a time around the base: a case for every value of every axis, everything else as in the base.
 * A value that the base has anyway gives the base itself, which is one run however many axes list it.
 *
 * Errors: as {@link grid}.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const vary = ablate({ sampler: { mixtureRatio: [0.2, 0.8] }, algorithm: { groupSize: [8, 16] } });
 * deepEqual(vary.map(({ label }) => label), [
 *   "mixtureRatio = 0.2",
 *   "mixtureRatio = 0.8",
 *   "groupSize = 8",
 *   "groupSize = 16",
 * ]);
 * ```
 */
export function ablate(axes: Axes<RunConfig>): readonly Case[] {
  const flat = flatAxes(axes, "ablate");
  const shared = flat.filter(({ varies }) => !varies);
  return flat.filter(({ varies }) => varies).flatMap((axis) => {
    const own = [axis, ...shared], write = labelWriter(axis, flat);
    const writers = [write, ...shared.map(() => null)];
    return axis.values.map((_, i) => caseOf(own, [i, ...shared.map(() => 0)], writers));
  });
}

function flatAxes(axes: Axes<RunConfig>, design: string): readonly FlatAxis[] {
  const flat: FlatAxis[] = [];
  const walk = (value: unknown, path: readonly string[]) => {
    if (Array.isArray(value)) {
      if (value.length === 0) {
        throw new ConfigError(
          path.join("."),
          `expected values in this axis of ${design}, got none`,
        );
      }
      flat.push({ path, values: value, varies: true });
    } else if (isObject(value) && !isComponent(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    } else {
      flat.push({ path, values: [value as Json], varies: false });
    }
  };
  walk(axes, []);
  if (!flat.some(({ varies }) => varies)) {
    throw new ConfigError(
      design,
      "expected at least one list of values, as in { sampler: { mixtureRatio: [0, 0.5, 1] } }, got none",
    );
  }
  return flat;
}

type LabelWriter = ((value: Json) => string) | null;

function caseOf(
  axes: readonly FlatAxis[],
  chosen: readonly number[],
  writers: readonly LabelWriter[],
): Case {
  const factors: Record<string, Json> = {}, labels: string[] = [];
  const patch: Record<string, unknown> = {};
  axes.forEach(({ path, values, varies }, a) => {
    const value = values[chosen[a]!]!;
    place(patch, path, value);
    if (varies) factors[path.join(".")] = value;
    const write = writers[a];
    if (varies && write) labels.push(write(value));
  });
  // The axes were shaped like the settings, and each value stands where its axis stood.
  return { label: labels.join(", "), patches: [patch as Patch<RunConfig>], factors };
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let here = target;
  for (const key of path.slice(0, -1)) here = (here[key] ??= {}) as Record<string, unknown>;
  here[path.at(-1)!] = value;
}

/** Names a field by its last word, or by its path where another axis ends in the same word. */
function labelWriter(
  { path, values }: FlatAxis,
  all: readonly FlatAxis[],
): (value: Json) => string {
  const last = path.at(-1)!;
  const isAlone = all.filter((other) => other.path.at(-1) === last).length === 1;
  const name = isAlone ? last : path.join(".");
  return (value) => `${name} = ${valueLabel(value, values)}`;
}

/** Characters beyond which fields are no longer written out: those of a whole stage. */
const MOST_CHARACTERS = 80;

/** SHA-256 in hexadecimal, which nobody reads to the end. */
const DIGEST = /\b[0-9a-f]{64}\b/g;

/**
 * A component by its kind, with the fields in which components of that kind on the same axis differ; other fields all,
 * of many only those that differ.
 */
export function valueLabel(value: Json, siblings: readonly Json[] = []): string {
  if (typeof value === "string") return value.replace(DIGEST, (digest) => `${digest.slice(0, 8)}…`);
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value as Factors);
  const write = (entries: typeof fields) =>
    entries.map(([key, field]) => `${key}: ${valueLabel(field)}`).join(", ");
  if (!isComponent(value)) {
    const whole = `{${write(fields)}}`;
    if (whole.length <= MOST_CHARACTERS) return whole;
    const others = siblings.filter((other) => isObject(other) && !isComponent(other)) as Factors[];
    const told = fields.filter(([key, field]) => others.some((other) => !same(other[key], field)))
      .map(([key, field]) => `${key}: ${valueLabel(field, others.map((other) => other[key]!))}`);
    return told.length === 0 ? "{…}" : `{${told.join(", ")}}`;
  }
  const alike = siblings.filter((other) => isComponent(other) && other.kind === value.kind);
  const differing = fields.filter(([key, field]) =>
    alike.some((other) => !same((other as Factors)[key], field))
  );
  return differing.length === 0 ? value.kind : `${value.kind}(${write(differing)})`;
}

const same = (a: Json | undefined, b: Json) => JSON.stringify(a) === JSON.stringify(b);
