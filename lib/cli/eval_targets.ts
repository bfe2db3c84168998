/** What `eval` evaluates: one run or cold start by its id, or the finished runs of an experiment. */
import { basename } from "node:path";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { coldStartSetting, type EvaluationSetting, runSetting } from "../engine/evaluate_policy.ts";
import type { Store } from "../store/store.ts";
import { coldStartFolder, type Task } from "../store/task.ts";
import type { Arguments } from "./arguments.ts";
import { loadPlan, selectRuns } from "./experiment.ts";

/** A finished run or cold start. */
export interface EvalTarget {
  /** Name of its folder in the store. */
  readonly name: string;
  /** The case it stands in; null where no experiment was named. */
  readonly label: string | null;
  readonly seed: number;
  /** How it evaluates with a seed, its own or another. */
  readonly setting: (seed: number) => Promise<EvaluationSetting>;
}

/**
 * The runs to evaluate; null, and a line that says so, where `--filter` leaves none.
 *
 * Errors: a {@link ConfigError} for an id that no folder has, or several, and where nothing is finished.
 */
export async function evalTargets(
  given: Arguments,
  store: Store,
): Promise<readonly EvalTarget[] | null> {
  const file = given.file!;
  if (/\.[cm]?[jt]s$/.test(file)) return await finishedRuns(given, store);
  for (const [flag, value] of Object.entries({ filter: given.filter, set: given.set })) {
    if (value.length > 0) throw new ConfigError(`--${flag}`, "expected an experiment file with it");
  }
  if (given.seeds !== null || given.quick) {
    throw new ConfigError(
      given.quick ? "--quick" : "--seeds",
      "expected an experiment file with it",
    );
  }
  const name = folderNamed(basename(file), store);
  const status = store.status(name);
  if (status !== "done") {
    throw new ConfigError(file, `expected a finished run, got one that is ${status}`);
  }
  return [targetOf(store.task(name), name, null)];
}

function targetOf(task: Task, name: string, label: string | null): EvalTarget {
  if (task.kind === "run") {
    const { config, seed } = task;
    return { name, label, seed, setting: (seed) => runSetting(config, seed) };
  }
  const { identity } = task;
  const setting = (seed: number) => Promise.resolve(coldStartSetting(identity, seed));
  return { name, label, seed: identity.coldStart.seed, setting };
}

/** The folder whose id is, or begins with, `id`. */
function folderNamed(id: string, store: Store): string {
  const names = store.ids();
  if (names.includes(id)) return id;
  const found = names.filter((name) => name.startsWith(id) || name.startsWith(coldStartFolder(id)));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new ConfigError(id, `expected the start of one id, got that of ${listOf(found)}`);
  }
  if (names.length === 0) throw new ConfigError(id, `there is no run in ${store.folder}`);
  const near = didYouMean(id, names) || `; there are ${listOf(nearest(id, names))}`;
  throw new ConfigError(id, `no run or cold start in ${store.folder} has this id${near}`);
}

const SHOWN = 3;

function listOf(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Those that begin alike come first. */
function nearest(id: string, names: readonly string[]): readonly string[] {
  const shared = (name: string) => {
    let length = 0;
    while (length < id.length && id[length] === name[length]) length++;
    return length;
  };
  return names.toSorted((a, b) => shared(b) - shared(a));
}

async function finishedRuns(
  given: Arguments,
  store: Store,
): Promise<readonly EvalTarget[] | null> {
  const plan = selectRuns(await loadPlan(given), given);
  if (plan === null) return null;
  const runs = plan.runs.filter(({ id }) => plan.selected.has(id));
  const statuses = store.statuses(runs.map(({ id }) => id));
  const done = runs.filter(({ id }) => statuses.get(id) === "done");
  if (done.length === 0) {
    throw new ConfigError(
      given.file!,
      `expected finished runs in ${store.folder}, got none of ${runs.length}`,
    );
  }
  if (done.length < runs.length) {
    console.error(`${runs.length - done.length} of ${runs.length} runs are not finished`);
  }
  return done.map(({ id, config, seed, label }) => ({
    name: id,
    label,
    seed,
    setting: (seed) => runSetting(config, seed),
  }));
}
