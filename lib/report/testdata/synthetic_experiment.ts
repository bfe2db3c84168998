/**
 * Synthetic results of any experiment, for tests of its report only: its own arms and seeds, with invented numbers in
 * the shape of real runs. No command reads this.
 */
import type { ColdStartResults, ExperimentResults } from "../../analysis/results.ts";
import { randomSource } from "../../core/random.ts";
import { createMicroMath, microMath, type MicroMathConfig } from "../../dataset/micro_math.ts";
import type { Dataset } from "../../dataset/prompt.ts";
import type { Plan } from "../../plan/plan.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import type { EvaluationRecord } from "../../schema/run_record.ts";
import type { RunData } from "../../store/run_data.ts";
import { syntheticProbe } from "./synthetic_probe.ts";
import {
  POOL,
  PROVENANCE,
  splitResult,
  supervisedRecords,
  syntheticRun,
} from "./synthetic_results.ts";

/** λ where there is one, and something between for other samplers. */
function lambdaOf({ sampler }: RunConfig): number {
  if (sampler.kind === "random") return 0;
  return sampler.kind === "vas" ? sampler.mixtureRatio : 0.5;
}

/** An evaluation on all splits, for the ends of a cold start. */
function evaluation(step: number, accuracy: number, dataset: Dataset): EvaluationRecord {
  const random = randomSource(step, "synthetic evaluation");
  const count = { training: 0, discarded: 0, scoring: 0, validation: step };
  const splits = Object.entries({ validation: dataset.validation, ...dataset.benchmarks });
  return {
    kind: "evaluation",
    step,
    temperature: 0.5,
    splits: Object.fromEntries(
      splits.map(([name, prompts]) => [name, splitResult(accuracy, prompts, random)]),
    ),
    rollouts: count,
    tokens: count,
    seconds: { total: 0.4 },
  };
}

/** The run with the probes that its settings ask for, before the first step and after the last. */
function probed(run: RunData): RunData {
  const { probe } = run.config.evaluation;
  if (probe === null) return run;
  const last = run.records.reduce((step, record) => Math.max(step, record.step), 0);
  const [first, ...rest] = [...new Set([0, last])].map((step) =>
    syntheticProbe(step, run.seed, probe)
  );
  const counted = run.records.findLast((record) => record.kind === "evaluation")!;
  const spent = { rollouts: counted.rollouts, tokens: counted.tokens }; // running totals
  const files = new Map([first!, ...rest].flatMap(({ files }) => [...files]));
  return {
    ...run,
    records: [
      first!.record,
      ...run.records,
      ...rest.map(({ record }) => ({ ...record, ...spent })),
    ],
    columns: (file) => {
      const found = files.get(file);
      return found === undefined ? Promise.reject(new Error(`no ${file}`)) : Promise.resolve(found);
    },
  };
}

/**
 * Every run of the plan, finished after at most `steps` steps, with a small pool.
 *
 * @param seeds only the plan's first so many
 */
export function syntheticExperiment(
  plan: Plan,
  { steps = 20, seeds = 2 }: { readonly steps?: number; readonly seeds?: number } = {},
): ExperimentResults {
  const datasets = new Map<string, Dataset>();
  const small = (config: RunConfig) => ({
    ...config,
    // Whatever an experiment reads, its synthetic version answers MicroMath.
    dataset: {
      ...config.dataset.kind === "microMath" ? config.dataset : microMath(),
      prompts: POOL,
      validationPrompts: 96,
      benchmarkPrompts: 32,
    },
    evaluation: {
      ...config.evaluation,
      probe: config.evaluation.probe && { ...config.evaluation.probe, prompts: 64, rollouts: 64 },
    },
  });
  const datasetOf = ({ dataset }: { readonly dataset: MicroMathConfig }) => {
    const key = JSON.stringify(dataset), known = datasets.get(key);
    if (known !== undefined) return known;
    const made = createMicroMath(dataset);
    datasets.set(key, made);
    return made;
  };
  const wanted = new Set(plan.seeds.slice(0, seeds));
  const runs = new Map(
    plan.runs.filter(({ seed }) => wanted.has(seed)).map(({ id, config: whole, seed }) => {
      const config = small(whole), { sampler } = config;
      const scored = sampler.kind === "learnability" ||
        (sampler.kind === "vas" && sampler.scoresFrom === "refresh");
      const run = syntheticRun(config, seed, lambdaOf(config), "done", datasetOf(config), {
        steps: Math.min(steps, config.training.steps),
        scored,
      });
      return [id, probed({ ...run, id })];
    }),
  );
  const starts = new Set(
    plan.runs.filter(({ id }) => runs.has(id)).flatMap(({ coldStart }) => coldStart ?? []),
  );
  return {
    name: plan.name,
    question: plan.question,
    arms: plan.cells.map(({ label, config, runs: planned }) => ({
      name: label,
      config: small(config),
      runs: planned.flatMap(({ id }) => runs.get(id) ?? []),
    })),
    coldStarts: [...starts].map((id): ColdStartResults => {
      const config = small(plan.runs.find(({ coldStart }) => coldStart === id)!.config);
      const dataset = datasetOf(config);
      return {
        id,
        config,
        status: "done",
        records: [
          evaluation(0, 0.02, dataset),
          ...supervisedRecords(dataset),
          evaluation(400, 0.4, dataset),
        ],
        provenance: [PROVENANCE],
        failure: null,
      };
    }),
  };
}
