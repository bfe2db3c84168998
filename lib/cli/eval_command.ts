/** `eval`: any policy that a run kept, on any split of its data set. */
import { requireFiles } from "../backend/resolve_target.ts";
import { type Compute, isProcessor, ONE_THREAD, WITHOUT_SETUP } from "../backend/target.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { wilson } from "../core/statistics.ts";
import type { EvaluatedSplit } from "../engine/evaluate.ts";
import { evaluatePolicy, type EvaluationSetting } from "../engine/evaluate_policy.ts";
import { generationsOf } from "../engine/gallery.ts";
import { generationLine } from "../report/export/generation_rows.ts";
import { diskFiles } from "../store/files.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { type EvalOptions, evalOptions } from "./eval_options.ts";
import { type EvalTarget, evalTargets } from "./eval_targets.ts";
import { evalText, type Evaluated } from "./eval_text.ts";
import { EXIT } from "./exit.ts";

/** Prints the evaluations, and writes their responses where asked to. */
export async function evalCommand(given: Arguments): Promise<number> {
  const options = evalOptions(given);
  const store = openStore(given.store);
  const targets = await evalTargets(given, store);
  if (targets === null) return EXIT.nothingMatched;
  if (given.generations !== null) diskFiles.write(given.generations, new Uint8Array());
  const all: Evaluated[] = [];
  for (const target of targets) {
    const compute = computeFor(given, store.compute(target.name) ?? ONE_THREAD);
    requireFiles(compute);
    requirePermission(compute, target.name);
    const { evaluated, lines } = await evaluateTarget(target, options, store, compute);
    all.push(evaluated);
    if (given.json) console.log(JSON.stringify(jsonOf(evaluated)));
    if (given.generations !== null) {
      diskFiles.append(given.generations, new TextEncoder().encode(`${lines().join("\n")}\n`));
    }
  }
  if (!given.json) console.log(evalText(all, options.by));
  return EXIT.done;
}

/** Where a policy is evaluated: where its run computed, which repeats its evaluation, or where the user says. */
function computeFor({ backend, device }: Arguments, own: Compute): Compute {
  if (backend === null && device === "auto") return own;
  const chosen = backend ?? (device === "wasm" ? "tfjs" : "onnx");
  return {
    backend: chosen,
    device: device === "auto" ? WITHOUT_SETUP[chosen] : device,
    threads: 1,
  };
}

/** Accelerators are called by pointer, for which Deno has no permission narrower than all native code. */
function requirePermission(compute: Compute, name: string): void {
  if (isProcessor(compute) || Deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    return;
  }
  throw new ConfigError(
    "--device",
    `expected a processor, which this task is for, got ${compute.device}: name another device, or ` +
      `evaluate there with \`deno run -A lib/cli.ts eval ${name} …\``,
  );
}

/** Everything, each split with the ends of Wilson's interval over its prompts. */
function jsonOf({ splits, ...about }: Evaluated) {
  const entries = Object.entries(splits).map(([name, result]) => {
    const { low, high } = wilson(result.correct, result.prompts);
    return [name, { ...result, low, high }];
  });
  return { ...about, splits: Object.fromEntries(entries) };
}

async function evaluateTarget(
  { name, label, seed, setting }: EvalTarget,
  { splits, checkpoint, samples, temperature, ...options }: EvalOptions,
  store: Store,
  compute: Compute,
): Promise<{ readonly evaluated: Evaluated; readonly lines: () => readonly string[] }> {
  const evaluationSeed = options.seed ?? seed;
  const own = await setting(evaluationSeed);
  const used = {
    ...own,
    temperature: temperature ?? own.temperature,
    // Greedy responses are all alike: one says everything.
    samples: samples ?? (temperature === 0 ? 1 : own.samples),
  };
  const result = store.result(name)!, policy = store.policy(name, checkpoint)!;
  const step = checkpoint === "last"
    ? result.steps
    : checkpoint === "best"
    ? result.bestStep!
    : checkpoint;
  const evaluations = await evaluatePolicy(
    used,
    policy,
    splitsIn(used, splits, name),
    compute,
  );
  const evaluated = {
    run: name,
    label,
    seed,
    evaluationSeed,
    step,
    temperature: used.temperature,
    samples: used.samples,
    splits: Object.fromEntries(
      Object.entries(evaluations).map(([split, { result }]) => [split, result]),
    ),
  };
  return { evaluated, lines: () => linesOf(evaluated, used, evaluations) };
}

/** The splits asked for, of those there are. */
function splitsIn(
  { splits }: EvaluationSetting,
  wanted: EvalOptions["splits"],
  run: string,
): readonly string[] {
  const known = Object.keys(splits);
  if (wanted === "all") return known;
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new ConfigError(
      "--split",
      `${run} has no split "${name}"${didYouMean(name, known)} (there are ${known.join(", ")})`,
    );
  }
  return wanted;
}

/** Every response, in the order of splits and prompts. */
function linesOf(
  { run, label, seed, step }: Evaluated,
  { splits }: EvaluationSetting,
  evaluations: Readonly<Record<string, EvaluatedSplit>>,
): readonly string[] {
  return Object.entries(evaluations).flatMap(([split, { rollouts, rewards }]) => {
    const prompts = splits[split]!;
    const { rollouts: kept } = generationsOf(step, prompts.length, prompts, rollouts, rewards)!;
    return kept.map((rollout) => generationLine(rollout, { run, arm: label, seed, split, step }));
  });
}
