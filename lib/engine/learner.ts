/** Holds a policy in training: its parameters, the optimiser's state, and the graph that updates both. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { parameterCount, type PolicyShape } from "../policy/parameters.ts";
import {
  floats,
  type HostArray,
  type RuntimeTensor,
  type Session,
  type TensorRuntime,
} from "../tensor/session.ts";
import { type Objective, sumNames, trainingGraph, type TrainingSizes } from "./training_graph.ts";

/** Data of one update, by input name: host array and shape. */
export type UpdateData = Readonly<Record<string, RuntimeTensor>>;

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

type StateTensors = Record<"parameters" | "firstMoment" | "secondMoment", RuntimeTensor>;

/** A fresh state around initial parameters. */
export function freshState(parameters: Float32Array): LearnerState {
  const zeros = () => new Float32Array(parameters.length);
  return { parameters, firstMoment: zeros(), secondMoment: zeros(), updates: 0 };
}

/** A policy in training. */
export class Learner {
  readonly #runtime: TensorRuntime;
  readonly #session: Session;
  readonly #names: readonly string[];
  readonly #optimizer: Pick<AdamWConfig, "beta1" | "beta2">;
  /** The current state, and buffers of the same sizes that the next update writes into. */
  #current: StateTensors;
  #next: StateTensors;
  #updates: number;

  private constructor(
    runtime: TensorRuntime,
    session: Session,
    objective: Objective,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2">,
    shape: PolicyShape,
    state: LearnerState,
  ) {
    const count = parameterCount(shape);
    const tensor = (data: HostArray) => runtime.tensor(data, [count]);
    this.#runtime = runtime;
    this.#session = session;
    this.#names = sumNames(objective);
    this.#optimizer = optimizer;
    this.#current = {
      parameters: tensor(state.parameters.slice()),
      firstMoment: tensor(state.firstMoment.slice()),
      secondMoment: tensor(state.secondMoment.slice()),
    };
    const blank = () => tensor(new Float32Array(count));
    this.#next = { parameters: blank(), firstMoment: blank(), secondMoment: blank() };
    this.#updates = state.updates;
  }

  static async create(
    runtime: TensorRuntime,
    shape: PolicyShape,
    objective: Objective,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
    sizes: TrainingSizes,
    state: LearnerState,
  ): Promise<Learner> {
    const session = await runtime.compile(trainingGraph(shape, objective, optimizer, sizes));
    return new Learner(runtime, session, objective, optimizer, shape, state);
  }

  /** The current parameters, for generation and evaluation. Valid until the next update. */
  get parameters(): RuntimeTensor {
    return this.#current.parameters;
  }

  /** Updates applied so far. */
  get updates(): number {
    return this.#updates;
  }

  /** A copy of the state. */
  state(): LearnerState {
    return {
      parameters: floats(this.#current.parameters).slice(),
      firstMoment: floats(this.#current.firstMoment).slice(),
      secondMoment: floats(this.#current.secondMoment).slice(),
      updates: this.#updates,
    };
  }

  /** One optimiser step; left out, and said so, when the gradient norm is not finite. */
  async update(data: UpdateData, learningRate: number, temperature: number): Promise<UpdateResult> {
    const { beta1, beta2 } = this.#optimizer;
    const t = this.#updates + 1;
    const schedule = Float32Array.of(learningRate, 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t));
    const result = await this.#session.run({
      ...this.#current,
      ...data,
      schedule: this.#runtime.tensor(schedule, [3]),
      inverseTemperature: this.#runtime.tensor(Float32Array.of(1 / temperature), []),
    }, {
      "next.parameters": this.#next.parameters,
      "next.firstMoment": this.#next.firstMoment,
      "next.secondMoment": this.#next.secondMoment,
    });
    const gradNorm = floats(result.norm)[0]!;
    const applied = Number.isFinite(gradNorm);
    if (applied) {
      [this.#current, this.#next] = [this.#next, this.#current];
      this.#updates = t;
    }
    const sums = floats(result.sums);
    return {
      sums: Object.fromEntries(this.#names.map((name, i) => [name, sums[i]!])),
      largestRatio: floats(result.largestRatio)[0]!,
      gradNorm,
      applied,
    };
  }

  /** Frees the compiled graph. */
  release(): Promise<void> {
    return this.#session.release();
  }
}
