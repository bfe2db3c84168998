/**
 * Synthetic results of designs with many settings, stages, budgets and probes, for tests of analysis and report
 * only: invented numbers in the shape of real runs. No command reads this.
 */
import type { ArmResults, ColdStartResults, ExperimentResults } from "../../analysis/results.ts";
import { randomSource } from "../../core/random.ts";
import { microMath } from "../../dataset/micro_math.ts";
import { ablate } from "../../plan/axes.ts";
import type { Case } from "../../plan/case.ts";
import { random } from "../../sampler/random.ts";
import { vas } from "../../sampler/vas.ts";
import { coldStartId, runId } from "../../schema/identity.ts";
import type { Patch } from "../../schema/patch.ts";
import { recipe } from "../../schema/recipe.ts";
import { refine } from "../../schema/refine.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import type {
  EvaluationRecord,
  GenerationCount,
  RefreshRecord,
  RunRecord,
} from "../../schema/run_record.ts";
import type { RunData } from "../../store/run_data.ts";

const SPLITS = ["verse", "vista", "vision", "logic", "chart"] as const;
const PROMPTS = 128;

const BASE = recipe("mmr1_micro", {
  dataset: microMath({ prompts: 256, validationPrompts: 96, benchmarkPrompts: 32 }),
});

const NONE: GenerationCount = { training: 0, discarded: 0, scoring: 0, validation: 0 };

/** An evaluation with the same accuracy on every split. */
export function evaluationRecord(
  step: number,
  accuracy: number,
  { benchmarks = true, tokens = NONE }: {
    readonly benchmarks?: boolean;
    readonly tokens?: GenerationCount;
  } = {},
): EvaluationRecord {
  const slice = { prompts: PROMPTS, correct: Math.round(accuracy * PROMPTS) };
  const split = {
    ...slice,
    accuracy,
    format: 0.98,
    responseLengthMean: 9,
    sampled: null,
    families: { algebra: slice },
    levels: { "algebra:1": slice },
    modalities: { text: slice },
    sources: { microMath: slice },
  };
  const names = benchmarks ? ["validation", ...SPLITS] : ["validation"];
  return {
    kind: "evaluation",
    step,
    temperature: 0.5,
    splits: Object.fromEntries(names.map((name) => [name, split])),
    rollouts: tokens,
    tokens,
    seconds: { total: 0.1 },
  };
}

/** A finished run with these records. */
export function makeRun(config: RunConfig, seed: number, records: readonly RunRecord[]): RunData {
  return {
    id: runId(config, seed),
    seed,
    config,
    status: "done",
    records,
    provenance: [],
    failure: null,
    scores: (file) => Promise.reject(new Error(`no ${file}`)),
    columns: (file) => Promise.reject(new Error(`no ${file}`)),
  };
}

/** Arms of cases, with a run per seed that ends with the accuracy that `accuracyOf` says. */
export function armsOf(
  base: RunConfig,
  cases: readonly Case[],
  seeds: number,
  recordsOf: (config: RunConfig, seed: number) => readonly RunRecord[],
): readonly ArmResults[] {
  return cases.map(({ label, patches }) => {
    const config = patches.reduce<RunConfig>((config, patch) => refine(config, patch), base);
    return {
      name: label,
      config,
      runs: Array.from(
        { length: seeds },
        (_, seed) => makeRun(config, seed, recordsOf(config, seed)),
      ),
    };
  });
}

const results = (
  name: string,
  arms: readonly ArmResults[],
  coldStarts: readonly ColdStartResults[] = [],
): ExperimentResults => ({
  name,
  question: `What does ${name} say?\n\nSynthetic.`,
  arms,
  coldStarts,
});

/** Normal with unit variance, the same for the same place. */
const noise = (...place: readonly (string | number)[]) =>
  randomSource(0, "design", ...place).normal();

/** Table 4's 18 cells; `effect` is what an average owes to its setting, in shares. */
export function ablationResults(
  { seeds = 3, deviation = 0.01, effect = () => 0 }: {
    readonly seeds?: number;
    readonly deviation?: number;
    readonly effect?: (config: RunConfig) => number;
  } = {},
): ExperimentResults {
  const base = refine(BASE, {
    sampler: vas({
      mixtureRatio: 0.5,
      refreshInterval: 28,
      scoringRollouts: 8,
      weights: { ovs: 0.5, tds: 0.5 },
    }),
  });
  const cases = ablate({
    sampler: {
      mixtureRatio: [0.2, 0.5, 0.8, 1],
      refreshInterval: [4, 7, 14, 28, 35, 56],
      scoringRollouts: [8, 16, 32],
      weights: [
        { ovs: 0, tds: 1 },
        { ovs: 0.2, tds: 0.8 },
        { ovs: 0.5, tds: 0.5 },
        { ovs: 0.8, tds: 0.2 },
        { ovs: 1, tds: 0 },
      ],
    },
  });
  return results(
    "ablation",
    armsOf(base, cases, seeds, (config, seed) => {
      const own = deviation * noise(JSON.stringify(config.sampler), seed);
      return [evaluationRecord(0, 0.4), evaluationRecord(70, 0.5 + effect(config) + own)];
    }),
  );
}

/** Two arms; every seed with a cold start of its own unless `shared`. */
export function stageResults(
  { seeds = 4, shared = false }: { readonly seeds?: number; readonly shared?: boolean } = {},
): ExperimentResults {
  const configOf = (patch: Patch<RunConfig>, seed: number) =>
    refine(refine(BASE, patch), { coldStart: { seed: shared ? 0 : seed } });
  const arms = ([["+ GRPO", random(), 0.5], ["+ VAS", vas(), 0.52]] as const).map(
    ([name, sampler, end]) => ({
      name,
      config: refine(BASE, { sampler }),
      runs: Array.from({ length: seeds }, (_, seed) =>
        makeRun(configOf({ sampler }, seed), seed, [
          evaluationRecord(0, 0.4 + 0.01 * seed),
          evaluationRecord(70, end + 0.01 * seed),
        ])),
    }),
  );
  const coldStarts = Array.from({ length: shared ? 1 : seeds }, (_, seed): ColdStartResults => {
    const config = configOf({}, seed);
    return {
      id: coldStartId(config),
      config,
      status: "done",
      records: [
        evaluationRecord(0, 0.02 + 0.001 * seed),
        {
          kind: "supervised",
          step: 1,
          loss: 2 + 0.1 * seed,
          gradNorm: 1,
          learningRate: 1e-3,
          shortcuts: 0,
          seconds: { total: 0.1 },
        },
        evaluationRecord(400, 0.4 + 0.01 * seed),
      ],
      provenance: [],
      failure: null,
    };
  });
  return results("stages", arms, coldStarts);
}

/** Random, and VAS that scores for `scoringTokens` before the first step; 100 tokens a step, accuracy by step. */
export function costResults({ seeds = 3 }: { readonly seeds?: number } = {}): ExperimentResults {
  const designs = [
    ["random", random(), 0, 0],
    ["T = 14, N = 8", vas({ refreshInterval: 14 }), 400, 0.002],
    ["T = 28, N = 8", vas({ refreshInterval: 28 }), 200, 0.001],
    ["T = 14, N = 4", vas({ refreshInterval: 14, scoringRollouts: 4 }), 200, 0.002],
  ] as const;
  const arms = designs.map(([name, sampler, scoring, gain]) => {
    const config = refine(BASE, { sampler });
    const tokens = (step: number): GenerationCount => ({ ...NONE, training: 100 * step, scoring });
    const refresh: RefreshRecord = {
      kind: "refresh",
      step: 0,
      control: false,
      file: "scores/refresh_0.arrow",
      prompts: 128,
      pool: 128,
      scoringRollouts: 8,
      passRateMean: 0.5,
      allWrong: 0,
      allRight: 0,
      ovsMean: 0.2,
      tdsMean: 0.5,
      vpsMean: 0.3,
      weightMean: 0.3,
      weightStd: 0.1,
      weightMin: 0,
      weightMax: 1,
      rollouts: tokens(0),
      tokens: tokens(0),
      seconds: { total: 1 },
    };
    return {
      name,
      config,
      runs: Array.from({ length: seeds }, (_, seed) => {
        // A seed's luck differs from arm to arm; a difference equal at every seed would say nothing of its spread.
        const luck = 0.001 * seed + 0.05 * gain * (seed - 1);
        const at = (step: number) => 0.4 + (0.01 + gain) * step + luck;
        const evaluate = (step: number) =>
          evaluationRecord(step, at(step), {
            benchmarks: false,
            tokens: step === 0 ? NONE : tokens(step),
          });
        return makeRun(config, seed, [
          evaluate(0),
          ...(scoring === 0 ? [] : [refresh]),
          ...[5, 10].map(evaluate),
        ]);
      }),
    };
  });
  return results("cost", arms);
}

/** One arm whose runs probed `prompts` prompts with pass rates spread over [0, 1]. */
export function probeResults(
  { seeds = 2, prompts = 40, rollouts = 64 }: {
    readonly seeds?: number;
    readonly prompts?: number;
    readonly rollouts?: number;
  } = {},
): ExperimentResults {
  const runs = Array.from({ length: seeds }, (_, seed): RunData => {
    const source = randomSource(seed, "probe");
    const correct = Float32Array.from(
      { length: prompts * rollouts },
      (_, i) => source.next() < Math.floor(i / rollouts) / (prompts - 1) ? 1 : 0,
    );
    const record: RunRecord = {
      kind: "probe",
      step: 0,
      file: "probe_0.arrow",
      outcomesFile: "outcomes_0.arrow",
      prompts,
      rolloutsPerPrompt: rollouts,
      stepSizes: [],
      rollouts: NONE,
      tokens: NONE,
      seconds: { total: 1 },
    };
    return {
      ...makeRun(BASE, seed, [evaluationRecord(0, 0.4), record]),
      columns: (file) =>
        file === record.outcomesFile
          ? Promise.resolve({ correct })
          : Promise.reject(new Error(`no ${file}`)),
    };
  });
  return results("probe", [{ name: "probed", config: BASE, runs }]);
}
