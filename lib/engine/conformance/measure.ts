/** What an engine computes on the fixture, as few numbers: to be compared with another engine's. */
import { randomSource } from "../../core/random.ts";
import type { AlgorithmConfig } from "../../algorithm/algorithm.ts";
import { parameterSpecs } from "../../policy/parameters.ts";
import { elements } from "../../tensor/tensor.ts";
import type { TensorRuntime } from "../../tensor/runtime.ts";
import { Critic } from "../critic.ts";
import { freshState, Learner, type LearnerState } from "../learner.ts";
import { miniBatches } from "../mini_batch.ts";
import type { Objective } from "../training_program.ts";
import {
  ALGORITHMS,
  GROUP_SIZE,
  makeBatch,
  PARAMETERS,
  PROMPTS,
  SHAPE,
  TEMPERATURE,
} from "./fixture.ts";

/** β₁ = 0 and no clipping: the first moment after an update is the gradient itself. */
const BARE = { beta1: 0, beta2: 0.99, weightDecay: 0, maxGradNorm: 1e9 };
/** Random directions onto which the gradient is projected. */
const DIRECTIONS = 8;

/** One update: what it reports, and its gradient. */
export interface Measured {
  /** Sums of the loss, by name. */
  readonly sums: Readonly<Record<string, number>>;
  readonly gradNorm: number;
  /** L2 norm of the gradient, matrix by matrix. */
  readonly matrixNorms: readonly number[];
  /** The gradient along random directions of unit length, times √parameters. */
  readonly projections: readonly number[];
}

/** What {@link measure} gives, by the loss's name. */
export type Measurement = Readonly<Record<string, Measured>>;

/** Norms per matrix of the policy's layout, and projections. */
function summarize(gradient: Float32Array): Pick<Measured, "matrixNorms" | "projections"> {
  let offset = 0;
  const matrixNorms = parameterSpecs(SHAPE).map(({ shape }) => {
    const part = gradient.subarray(offset, offset += elements(shape));
    return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0));
  });
  const projections = Array.from({ length: DIRECTIONS }, (_, direction) => {
    const random = randomSource(direction, "projection");
    return gradient.reduce((sum, x) => sum + x * random.normal(), 0);
  });
  return { matrixNorms, projections };
}

const SIZES = { prompts: PROMPTS, groupSize: GROUP_SIZE, microBatches: 2 };

/** One update of a fresh policy under a loss. */
async function updated(
  runtime: TensorRuntime,
  algorithm: AlgorithmConfig,
  objective: Objective = algorithm,
): Promise<Measured> {
  const learner = await Learner.create(
    runtime,
    SHAPE,
    objective,
    BARE,
    SIZES,
    freshState(PARAMETERS),
  );
  const [data] = [...miniBatches({ algorithm }, makeBatch())];
  const { sums, gradNorm } = await learner.update(data!, 1e-3, TEMPERATURE);
  const { firstMoment } = await learner.state();
  await learner.release();
  return { sums, gradNorm, ...summarize(firstMoment) };
}

/** One update of a fresh critic. */
async function updatedCritic(runtime: TensorRuntime): Promise<Measured> {
  const config = { learningRate: 1e-3, warmupSteps: 0, valueClip: 0.5 };
  const start: LearnerState = Critic.initialState(PARAMETERS, SHAPE);
  const random = randomSource(9, "critic");
  const parameters = start.parameters.map((x) => x + 0.05 * random.normal());
  const critic = await Critic.create(runtime, SHAPE, config, BARE, SIZES, { ...start, parameters });
  const { prompts, rollouts, advantages } = makeBatch();
  const oldValues = await critic.values(prompts, rollouts);
  const returns = advantages.map((advantage, i) => advantage + oldValues[i]!);
  const { valueLoss, gradNorm } = await critic.update({ prompts, rollouts, oldValues, returns });
  const { firstMoment } = await critic.state();
  await critic.release();
  return { sums: { valueLoss }, gradNorm, ...summarize(firstMoment) };
}

/** One update under each loss, and one of the critic. */
export async function measure(runtime: TensorRuntime): Promise<Measurement> {
  const [[, first]] = Object.entries(ALGORITHMS) as [[string, AlgorithmConfig]];
  const results: Record<string, Measured> = {
    supervised: await updated(runtime, first, { kind: "supervised" }),
  };
  for (const [name, algorithm] of Object.entries(ALGORITHMS)) {
    results[name] = await updated(runtime, algorithm);
  }
  results.critic = await updatedCritic(runtime);
  return results;
}

/** The largest difference between two measurements, relative to the size of what is compared, and where it is. */
export function largestDifference(
  measured: Measurement,
  reference: Measurement,
): { readonly difference: number; readonly where: string } {
  let difference = 0, where = "nowhere";
  const compare = (place: string, value: number, expected: number, scale: number) => {
    const relative = Math.abs(value - expected) / scale;
    const isLarger = !(relative <= difference); // as is what is not a number
    if (isLarger && !Number.isNaN(difference)) [difference, where] = [relative, place];
  };
  for (const [name, expected] of Object.entries(reference)) {
    const got = measured[name]!;
    for (const [sum, value] of Object.entries(expected.sums)) {
      compare(`${name}: ${sum}`, got.sums[sum]!, value, Math.max(0.1, Math.abs(value)));
    }
    compare(`${name}: gradient norm`, got.gradNorm, expected.gradNorm, expected.gradNorm);
    for (const kind of ["matrixNorms", "projections"] as const) {
      expected[kind].forEach((value, i) =>
        compare(`${name}: ${kind}[${i}]`, got[kind][i]!, value, expected.gradNorm)
      );
    }
  }
  return { difference, where };
}
