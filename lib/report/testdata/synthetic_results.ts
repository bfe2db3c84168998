/**
 * Synthetic results, for tests of analysis and report only: invented numbers in the shape of real runs. No
 * command reads this.
 */
import { Buffer } from "node:buffer";
import type { ExperimentResults } from "../../analysis/results.ts";
import { drawSizes } from "../../core/pass_at_k.ts";
import { type RandomSource, randomSource } from "../../core/random.ts";
import { createMicroMath, microMath } from "../../dataset/micro_math.ts";
import type { Dataset, Prompt } from "../../dataset/prompt.ts";
import type { PromptScores } from "../../engine/engine_step.ts";
import { random } from "../../sampler/random.ts";
import { vas } from "../../sampler/vas.ts";
import { recipe } from "../../schema/recipe.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import type {
  EvaluationRecord,
  GalleryRecord,
  GenerationCount,
  RefreshRecord,
  RunRecord,
  SampledResult,
  SplitResult,
  StepRecord,
  SupervisedRecord,
} from "../../schema/run_record.ts";
import type { Provenance, RunData, RunStatus } from "../../store/run_data.ts";

/** What the synthetic runs are like. */
export interface SyntheticOptions {
  readonly seeds?: number;
  readonly steps?: number;
  /** Only the share of `levels` (1) or continuous scores (0.2, as in the paper). */
  readonly tds?: number;
  /** Responses to each held-out prompt. */
  readonly samples?: number;
  /** Status of the last arm's last seed. */
  readonly lastStatus?: RunStatus;
}

const ARMS = [["random", 0], ["mixed, λ = 0.5", 0.5], ["VAS, λ = 1", 1]] as const;
/** Prompts of every pool. */
export const POOL = 256;

export const PROVENANCE: Provenance = {
  startedAt: "2026-01-02T03:04:05.000Z",
  commit: "0123456789abcdef0123456789abcdef01234567",
  diffHash: null,
  untracked: {},
  lockHash: "fedcba9876543210",
  versions: { vasari: "0.1.0", deno: "2.9.6", onnxruntime: "1.30.0" },
  host: { os: "linux", arch: "x86_64", cpu: "synthetic", cores: 2 },
  backend: "onnx",
  device: "cpu",
  threads: 1,
};

/** A number near 0, roughly normal with unit variance. */
const noise = (random: RandomSource) =>
  Math.sqrt(2) * (random.next() + random.next() + random.next() + random.next() +
    random.next() + random.next() - 3);

/** As if prompts were equally hard, and wrong answers all different. */
function sampledOf(accuracy: number, samples: number): SampledResult {
  const draws = drawSizes(samples);
  const byDraw = (share: (k: number) => number) =>
    Object.fromEntries(draws.map((k) => [String(k), share(k)]));
  const wrong = 1 - accuracy;
  return {
    samples,
    passAtK: byDraw((k) => 1 - wrong ** k),
    worstAtK: byDraw((k) => accuracy ** k),
    majorityAtK: byDraw((k) => k < 3 ? accuracy : 1 - wrong ** k - k * accuracy * wrong ** (k - 1)),
  };
}

/** A split with `accuracy` as a whole, and slices around it. */
export function splitResult(
  accuracy: number,
  prompts: readonly Prompt[],
  random: RandomSource,
  samples = 1,
): SplitResult {
  const slices = (key: (prompt: Prompt) => string, stream = random) =>
    Object.fromEntries(
      [...Map.groupBy(prompts, key)].map(([name, { length }]) => {
        const share = Math.min(1, Math.max(0, accuracy + 0.15 * noise(stream)));
        return [name, { prompts: length, correct: Math.round(share * length) }];
      }),
    );
  return {
    prompts: prompts.length,
    correct: Math.round(accuracy * prompts.length),
    accuracy,
    format: 0.98,
    responseLengthMean: 9,
    families: slices(({ family }) => family),
    levels: slices(({ family, level }) => `${family}:${level}`),
    sampled: samples === 1 ? null : sampledOf(accuracy, samples),
    modalities: slices(({ image }) => image === null ? "text" : "image", random.at("modalities")),
    sources: slices(({ source }) => source, random.at("sources")),
  };
}

function scoresOf(
  step: number,
  tds: number,
  difficulty: readonly number[],
  random: RandomSource,
): PromptScores {
  const size = difficulty.length;
  const scores = {
    passRate: new Float32Array(size),
    ovs: new Float32Array(size),
    tds: new Float32Array(size),
    scoredAt: new Float32Array(size).fill(step),
    vps: new Float32Array(size),
    weight: new Float32Array(size),
  };
  difficulty.forEach((hardness, i) => {
    const ability = 1 / (1 + Math.exp(-(3 * hardness + step / 40)));
    let right = 0;
    for (let j = 0; j < 8; j++) if (random.next() < ability) right++;
    const rate = right / 8;
    scores.passRate[i] = rate;
    scores.ovs[i] = rate * (1 - rate);
    scores.tds[i] = 0.3 + 0.5 * random.next();
    scores.vps[i] = (1 - tds) * scores.ovs[i]! + tds * scores.tds[i]!;
    scores.weight[i] = scores.vps[i]!;
  });
  return scores;
}

function refreshRecord(
  step: number,
  control: boolean,
  file: string,
  scores: PromptScores,
  rollouts: GenerationCount,
  tokens: GenerationCount,
): RefreshRecord {
  const mean = (values: Float32Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const share = (wanted: number) => scores.passRate.filter((rate) => rate === wanted).length / POOL;
  return {
    kind: "refresh",
    step,
    control,
    file,
    prompts: POOL,
    pool: POOL,
    scoringRollouts: 8,
    passRateMean: mean(scores.passRate),
    allWrong: share(0),
    allRight: share(1),
    ovsMean: mean(scores.ovs),
    tdsMean: mean(scores.tds),
    vpsMean: mean(scores.vps),
    weightMean: mean(scores.weight),
    weightStd: 0.1,
    weightMin: 0,
    weightMax: 0.4,
    rollouts,
    tokens,
    seconds: { total: 1.5 },
  };
}

function stepRecord(
  step: number,
  lambda: number,
  rollouts: GenerationCount,
  tokens: GenerationCount,
  random: RandomSource,
): StepRecord {
  const gradNorm = 2.5 + 0.4 * lambda + 0.25 * noise(random);
  const clipFraction = Math.max(0, Math.floor(2 * random.next() + lambda) / 3000);
  return {
    kind: "step",
    step,
    rewardMean: 1.4,
    rewardStd: 0.5,
    accuracyReward: 0.45,
    formatReward: 0.98,
    rewardComponents: { accuracy: 0.45, format: 0.98 },
    gradNorm,
    gradNormMax: gradNorm * 1.3,
    policyLoss: 0,
    clipFraction,
    clipFractionLow: clipFraction / 2,
    clipFractionHigh: clipFraction / 2,
    dualClipFraction: 0,
    klReference: step / 7000,
    klOld: 0,
    entropy: 0.4 - step / 400 + 0.1 * lambda,
    ratioMean: 1,
    ratioStd: 0.01,
    ratioMax: 1.2,
    klCoefficient: 0.01,
    critic: null,
    groupWeightMean: 1,
    importanceWeightMean: null,
    responseLengthMean: 9,
    responseLengthMin: 3,
    responseLengthMax: 16,
    truncatedFraction: 0,
    informativeGroups: Math.min(1, 0.58 + 0.18 * lambda + 0.06 * noise(random)),
    generatedGroups: 32,
    sources: { microMath: { prompts: 32, accuracy: 0.45 } },
    duplicatePrompts: Math.floor((1 + 3 * lambda) * random.next() * 2),
    learningRate: 5e-5,
    updates: 4,
    skippedUpdates: 0,
    rollouts,
    tokens,
    seconds: {
      draw: 0.0004,
      rollout: 0.09,
      reward: 0.001,
      reference: 0.03,
      update: 0.1,
      total: 0.22,
    },
  };
}

function galleryRecord(
  step: number,
  prompts: readonly Prompt[],
  random: RandomSource,
): GalleryRecord {
  return {
    kind: "gallery",
    step,
    split: "train",
    rollouts: prompts.flatMap((prompt) =>
      [0, 1, 2].map((member) => {
        const right = random.next() < 0.5 ? 1 : 0;
        const answer = right === 1
          ? prompt.answer
          : prompt.guesses[member % prompt.guesses.length]!;
        const pixels = prompt.image === null
          ? null
          : Uint8Array.from(prompt.image, (grey) => 255 * grey);
        return {
          promptId: prompt.id,
          family: prompt.family,
          level: prompt.level,
          question: prompt.question,
          image: pixels === null ? null : Buffer.from(pixels).toString("base64"),
          answer: prompt.answer,
          response: member === 2
            ? `<think>${prompt.reasoning}`
            : `<think>${prompt.reasoning}</think><answer>\\boxed{${answer}}</answer>`,
          accuracyReward: member === 2 ? 0 : right,
          formatReward: member === 2 ? 0 : 1,
          reward: member === 2 ? 0 : 1 + right,
          components: { accuracy: member === 2 ? 0 : right, format: member === 2 ? 0 : 1 },
          advantage: member === 2 ? -1.2 : right - 0.4,
        };
      })
    ),
  };
}

/**
 * A run that scores the pool every 14 steps where λ is above 0 (`scored` decides otherwise), evaluates every 5, and
 * learns the same whatever λ is.
 */
export function syntheticRun(
  config: RunConfig,
  seed: number,
  lambda: number,
  status: RunStatus,
  dataset: Dataset,
  { steps = 70, tds = 0.2, samples = 1, scored = lambda > 0 }: SyntheticOptions & {
    readonly scored?: boolean;
  },
): RunData {
  const random = randomSource(seed, "synthetic", String(lambda));
  const hardness = randomSource(0, "hardness");
  const difficulty = Array.from({ length: POOL }, () => noise(hardness));
  const files = new Map<string, PromptScores>();
  const records: RunRecord[] = [];
  let rollouts: GenerationCount = { training: 0, discarded: 0, scoring: 0, validation: 0 };
  const count = (purpose: keyof GenerationCount, more: number) => {
    rollouts = { ...rollouts, [purpose]: rollouts[purpose] + more };
  };
  const tokens = (): GenerationCount => ({
    training: rollouts.training * 9 + seed,
    discarded: 0,
    scoring: rollouts.scoring * 9,
    validation: rollouts.validation * 8,
  });
  const evaluation = (step: number): EvaluationRecord => {
    const accuracy = 0.42 + 0.22 * (1 - Math.exp(-step / 18)) + 0.01 * noise(random);
    const all = step === 0 || step === steps;
    count("validation", 384);
    const splits = Object.entries({
      validation: dataset.validation,
      ...(all ? dataset.benchmarks : {}),
    });
    return {
      kind: "evaluation",
      step,
      temperature: 0.5,
      splits: Object.fromEntries(
        splits.map(([name, prompts]) => [name, splitResult(accuracy, prompts, random, samples)]),
      ),
      rollouts,
      tokens: tokens(),
      seconds: { total: 0.4 },
    };
  };
  records.push(evaluation(0));
  for (let step = 1; step <= steps; step++) {
    if (scored && (step - 1) % 14 === 0) {
      for (const control of config.evaluation.scoringControl ? [false, true] : [false]) {
        const file = `scores/refresh_${step - 1}${control ? "_control" : ""}.arrow`;
        const scores = scoresOf(step - 1, tds, difficulty, random);
        files.set(file, scores);
        count(control ? "validation" : "scoring", POOL * 8);
        records.push(refreshRecord(step - 1, control, file, scores, rollouts, tokens()));
      }
    }
    count("training", 256);
    records.push(stepRecord(step, lambda, rollouts, tokens(), random));
    if (step === 1 || step === steps) {
      records.push(galleryRecord(step, dataset.train.slice(0, 4), random));
    }
    if (step % 5 === 0 || step === steps) records.push(evaluation(step));
  }
  return {
    id: `synthetic${lambda * 10}${seed}`,
    seed,
    config,
    status,
    records,
    provenance: [PROVENANCE],
    failure: status === "failed" ? "the disk is full" : null,
    scores: (file) => {
      const found = files.get(file);
      return found === undefined ? Promise.reject(new Error(`no ${file}`)) : Promise.resolve(found);
    },
    columns: (file) => Promise.reject(new Error(`no ${file}`)),
  };
}

/** A cold start of 400 steps. */
export function supervisedRecords({ validation }: Dataset): RunRecord[] {
  const random = randomSource(0, "synthetic cold start");
  const records: RunRecord[] = Array.from({ length: 400 }, (_, i): SupervisedRecord => ({
    kind: "supervised",
    step: i + 1,
    loss: 0.5 + 2.5 * Math.exp(-i / 80) + 0.05 * noise(random),
    gradNorm: 1,
    learningRate: 1e-3,
    shortcuts: i > 360 ? 0.3 : 0,
    seconds: { total: 0.03 },
  }));
  for (const step of [100, 200, 300, 400]) {
    records.push({
      kind: "evaluation",
      step,
      temperature: 0.5,
      splits: {
        validation: splitResult(step / 1000, validation, random),
      },
      rollouts: { training: 0, discarded: 0, scoring: 0, validation: step },
      tokens: { training: 0, discarded: 0, scoring: 0, validation: step * 8 },
      seconds: { total: 0.4 },
    });
  }
  return records;
}

/** Three arms in which scores raise the informative share and the gradient norm, and accuracy is the same. */
export function syntheticResults(options: SyntheticOptions = {}): ExperimentResults {
  const { seeds = 3, tds = 0.2, lastStatus = "done" } = options;
  const prompts = microMath({ prompts: POOL, validationPrompts: 96, benchmarkPrompts: 32 });
  const base = recipe("mmr1_micro", { dataset: prompts });
  const dataset = createMicroMath(prompts);
  const arms = ARMS.map(([name, lambda], i) => {
    const sampler = lambda === 0
      ? random()
      : vas({ mixtureRatio: lambda, weights: { ovs: 1 - tds, tds } });
    const config = { ...base, sampler };
    return {
      name,
      config,
      runs: Array.from({ length: seeds }, (_, seed) => {
        const isLast = i === ARMS.length - 1 && seed === seeds - 1;
        return syntheticRun(config, seed, lambda, isLast ? lastStatus : "done", dataset, options);
      }),
    };
  });
  return {
    name: "synthetic",
    question:
      "Does drawing more of each batch by expected reward variance make learning faster?\n\nSynthetic.",
    arms,
    coldStarts: [{
      id: "synthetic",
      config: base,
      status: "done",
      records: supervisedRecords(dataset),
      provenance: [PROVENANCE],
      failure: null,
    }],
  };
}
