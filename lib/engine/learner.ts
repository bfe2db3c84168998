/** Holds a policy in training: its parameters, the optimiser's state, and the programs that update both. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import { hostScalar, type HostTensor, type Named } from "../tensor/program.ts";
import { floats, type ResidentTensor, type TensorRuntime } from "../tensor/runtime.ts";
import { countedLengths, packResponses } from "./packed_batch.ts";
import { TrainedParameters } from "./trained_parameters.ts";
import {
  type Objective,
  sumNames,
  trainingProgram,
  type TrainingSizes,
} from "./training_program.ts";

/**
 * Data of one update, by name: what {@link trainingProgram} reads, with `inputs` and `targets` [rollouts, R] not
 * packed yet.
 */
export type UpdateData = Named<HostTensor>;

/** What one update reports. */
export interface UpdateResult {
  /** The objective's sums by name. */
  readonly sums: Readonly<Record<string, number>>;
  readonly largestRatio: number;
  /** Gradient norm before clipping. */
  readonly gradNorm: number;
  /** False when the gradient norm was not finite and the update was left out. */
  readonly applied: boolean;
}

/** The state as flat vectors, and the number of applied updates. */
export interface LearnerState {
  readonly parameters: Float32Array; // [parameters]
  readonly firstMoment: Float32Array; // [parameters]
  readonly secondMoment: Float32Array; // [parameters]
  readonly updates: number;
}

/** A fresh state around initial parameters. */
export function freshState(parameters: Float32Array): LearnerState {
  const zeros = () => new Float32Array(parameters.length);
  return { parameters, firstMoment: zeros(), secondMoment: zeros(), updates: 0 };
}

/** A policy in training. */
export class Learner {
  readonly #shape: PolicyShape;
  readonly #sizes: TrainingSizes;
  readonly #trained: TrainedParameters;
  readonly #names: readonly string[];

  private constructor(
    shape: PolicyShape,
    sizes: TrainingSizes,
    trained: TrainedParameters,
    names: readonly string[],
  ) {
    this.#shape = shape;
    this.#sizes = sizes;
    this.#trained = trained;
    this.#names = names;
  }

  static async create(
    runtime: TensorRuntime,
    shape: PolicyShape,
    objective: Objective,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
    sizes: TrainingSizes,
    state: LearnerState,
  ): Promise<Learner> {
    const programOf = (rows: number) => trainingProgram(shape, objective, optimizer, sizes, rows);
    const trained = await TrainedParameters.create(runtime, programOf, optimizer, state);
    return new Learner(shape, sizes, trained, sumNames(objective));
  }

  /** The current parameters, for generation and evaluation. Valid until the next update. */
  get parameters(): ResidentTensor {
    return this.#trained.parameters;
  }

  /** Updates applied so far. */
  get updates(): number {
    return this.#trained.updates;
  }

  /** A copy of the state on the host. */
  state(): Promise<LearnerState> {
    return this.#trained.state();
  }

  /** One optimiser step; left out, and said so, when the gradient norm is not finite. */
  async update(data: UpdateData, learningRate: number, temperature: number): Promise<UpdateResult> {
    const packed = packUpdate(this.#shape, this.#sizes, data);
    const { outputs, gradNorm, applied } = await this.#trained.update(
      packed.rows,
      { ...packed.feeds, inverseTemperature: hostScalar(1 / temperature) },
      learningRate,
    );
    const sums = floats(outputs, "sums");
    return {
      sums: Object.fromEntries(this.#names.map((name, i) => [name, sums[i]!])),
      largestRatio: floats(outputs, "largestRatio")[0]!,
      gradNorm,
      applied,
    };
  }

  /** Frees the compiled programs. */
  release(): Promise<void> {
    return this.#trained.release();
  }
}

/** What {@link trainingProgram} for `rows` rows reads of `data`: tokens behind the last that counts are left out. */
export function packUpdate(
  shape: PolicyShape,
  sizes: TrainingSizes,
  data: UpdateData,
): { readonly rows: number; readonly feeds: Named<HostTensor> } {
  const { inputs, targets, tokenWeights } = data as Readonly<
    Record<"inputs" | "targets" | "tokenWeights", HostTensor>
  >;
  const ids = { inputs: Int32Array.from(inputs.data), targets: Int32Array.from(targets.data) };
  const lengths = countedLengths(tokenWeights.data, shape.responseTokens);
  const { rows, feeds } = packResponses(shape, sizes, ids, lengths);
  return { rows, feeds: { ...data, ...feeds } };
}
