/** A part of a plan: `--filter`. */
import { ConfigError, didYouMean } from "../core/errors.ts";
import { isComponent, isObject, show } from "../schema/path.ts";
import type { Cell, Plan, PlannedRun } from "./plan.ts";
import { leaves } from "./varying_fields.ts";

type Test = (run: PlannedRun, labels: readonly string[]) => boolean;

/**
 * The runs that pass every filter, with the cells they stand in and with the stages and cold starts that they begin
 * from.
 *
 * A filter compares a field (`sampler.mixtureRatio>=0.5`, `sampler=vas`, `seed<=2`; the last word of a path is
 * enough where it is the only one), or is a piece of a case's name or of an id. When nothing passes, the plan
 * has no runs.
 *
 * Errors: a {@link ConfigError} for a comparison with a field that no run has.
 */
export function filterPlan(plan: Plan, filters: readonly string[]): Plan {
  if (filters.length === 0) return plan;
  const labels = new Map<string, string[]>();
  for (const cell of plan.cells) {
    for (const { id } of cell.runs) {
      const known = labels.get(id);
      if (known === undefined) labels.set(id, [cell.label]);
      else if (!known.includes(cell.label)) known.push(cell.label);
    }
  }
  const tests = filters.map((filter) => testOf(filter, plan));
  const selected = new Set(
    plan.runs.filter((run) => tests.every((test) => test(run, labels.get(run.id) ?? [run.label])))
      .map(({ id }) => id),
  );
  const runs = withStages(plan.runs, selected);
  const cells = plan.cells
    .map((cell): Cell => ({ ...cell, runs: cell.runs.filter(({ id }) => selected.has(id)) }))
    .filter((cell) => cell.runs.length > 0);
  const coldStarts = new Set(runs.map(({ coldStart }) => coldStart));
  const seeds = new Set(runs.map(({ seed }) => seed));
  return {
    ...plan,
    cells,
    runs,
    selected,
    seeds: plan.seeds.filter((seed) => seeds.has(seed)),
    coldStarts: plan.coldStarts.filter(({ id }) => coldStarts.has(id)),
  };
}

/** The selected runs and those that they begin from, in their order. */
function withStages(
  runs: readonly PlannedRun[],
  selected: ReadonlySet<string>,
): readonly PlannedRun[] {
  const kept = new Set(selected);
  // A stage stands before what begins from it: on the way back, whatever needs it is known.
  for (const { id, previous } of runs.toReversed()) {
    if (kept.has(id) && previous !== null) kept.add(previous);
  }
  return runs.filter(({ id }) => kept.has(id));
}

function testOf(filter: string, plan: Plan): Test {
  const comparison = /^\s*([A-Za-z][\w.]*)\s*(>=|<=|=)\s*(.+?)\s*$/.exec(filter);
  const asText: Test = ({ id }, labels) =>
    id.includes(filter) || labels.some((label) => label.includes(filter));
  if (comparison === null) return asText;
  // A label may look like a comparison ("λ = 0.5" does not, "steps = 10" does): the field decides.
  const [, name, operator, value] = comparison as unknown as [string, string, string, string];
  const paths = fieldsOf(plan);
  const exact = paths.filter((path) => path === name);
  // A short name means the run itself; a field of the stage before it is written out.
  const short = paths.filter((path) => path.endsWith(`.${name}`) && !path.startsWith("previous."));
  const matching = exact.length > 0 ? exact : short;
  if (matching.length === 1) return comparing(matching[0]!, operator, value);
  if (plan.cells.some(({ label }) => label.includes(filter))) return asText;
  if (matching.length > 1) {
    throw new ConfigError("--filter", `${name} is ambiguous: write ${matching.join(" or ")}`);
  }
  throw new ConfigError("--filter", `no run has a field ${show(name)}${didYouMean(name, paths)}`);
}

/** Paths one can compare: leaves of all settings, components at any depth (by their kind), and the seed. */
function fieldsOf(plan: Plan): string[] {
  const paths = new Set(["seed"]), seen = new Set<unknown>();
  for (const { config } of plan.cells) {
    for (const [name, section] of Object.entries(config)) {
      if (isObject(section) && seen.has(section)) continue;
      seen.add(section);
      for (const path of leaves(section, name).keys()) {
        paths.add(path);
        if (path.endsWith(".kind")) paths.add(path.slice(0, -".kind".length));
      }
    }
  }
  return [...paths];
}

function comparing(path: string, operator: string, wanted: string): Test {
  const keys = path.split(".");
  if (operator !== "=" && !Number.isFinite(Number(wanted))) {
    throw new ConfigError("--filter", `expected a number behind ${operator}, got ${show(wanted)}`);
  }
  return (run) => {
    let value: unknown = path === "seed" ? run.seed : run.config;
    if (path !== "seed") {
      for (const key of keys) value = (value as Record<string, unknown> | null | undefined)?.[key];
    }
    if (isComponent(value)) value = value.kind;
    if (value === undefined) return false;
    if (operator === "=") {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return text === wanted || (typeof value === "number" && value === Number(wanted));
    }
    if (typeof value !== "number") return false;
    return operator === ">=" ? value >= Number(wanted) : value <= Number(wanted);
  };
}
