/** Holds a parameter vector in training: the optimiser's state, and the compiled graph that updates both. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { floats, type RuntimeTensor, type Session, type TensorRuntime } from "../tensor/session.ts";
import type { LearnerState } from "./learner.ts";
import { STATE_NAMES } from "./update_graph.ts";

type StateTensors = Record<typeof STATE_NAMES[number], RuntimeTensor>;

/** What one update leaves behind. */
export interface AppliedUpdate {
  /** Every output of the graph, by name. */
  readonly outputs: Readonly<Record<string, RuntimeTensor>>;
  /** Gradient norm before clipping. */
  readonly gradNorm: number;
  /** False when the gradient norm was not finite and the update was left out. */
  readonly applied: boolean;
}

/** A vector in training. */
export class TrainedParameters {
  readonly #runtime: TensorRuntime;
  readonly #session: Session;
  readonly #optimizer: Pick<AdamWConfig, "beta1" | "beta2">;
  /** The current state, and buffers of the same sizes that the next update writes into. */
  #current: StateTensors;
  #next: StateTensors;
  #updates: number;

  /** @param session a graph that `updateGraph` completed, for vectors as long as the state's */
  constructor(
    runtime: TensorRuntime,
    session: Session,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2">,
    state: LearnerState,
  ) {
    const tensors = (of: (name: typeof STATE_NAMES[number]) => Float32Array) =>
      Object.fromEntries(
        STATE_NAMES.map((name) => [name, runtime.tensor(of(name), [state[name].length])]),
      ) as StateTensors;
    this.#runtime = runtime;
    this.#session = session;
    this.#optimizer = optimizer;
    this.#current = tensors((name) => state[name].slice());
    this.#next = tensors((name) => new Float32Array(state[name].length));
    this.#updates = state.updates;
  }

  /** The current parameters. Valid until the next update. */
  get parameters(): RuntimeTensor {
    return this.#current.parameters;
  }

  /** Updates applied so far. */
  get updates(): number {
    return this.#updates;
  }

  /** A copy of the state. */
  state(): LearnerState {
    const copy = (name: typeof STATE_NAMES[number]) => floats(this.#current[name]).slice();
    return {
      parameters: copy("parameters"),
      firstMoment: copy("firstMoment"),
      secondMoment: copy("secondMoment"),
      updates: this.#updates,
    };
  }

  /** One optimiser update; left out, and said so, when the gradient norm is not finite. */
  async update(
    data: Readonly<Record<string, RuntimeTensor>>,
    learningRate: number,
  ): Promise<AppliedUpdate> {
    const { beta1, beta2 } = this.#optimizer;
    const t = this.#updates + 1;
    const schedule = Float32Array.of(learningRate, 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t));
    const outputs = await this.#session.run(
      { ...this.#current, ...data, schedule: this.#runtime.tensor(schedule, [3]) },
      Object.fromEntries(STATE_NAMES.map((name) => [`next.${name}`, this.#next[name]])),
    );
    const gradNorm = floats(outputs.norm)[0]!;
    const applied = Number.isFinite(gradNorm);
    if (applied) {
      [this.#current, this.#next] = [this.#next, this.#current];
      this.#updates = t;
    }
    return { outputs, gradNorm, applied };
  }

  /** Frees the compiled graph. */
  release(): Promise<void> {
    return this.#session.release();
  }
}
