/** Holds a parameter vector in training: the optimiser's state, and the compiled programs that update both. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import { type HostTensor, hostTensor, type Named, type Program } from "../tensor/program.ts";
import {
  floats,
  type Outputs,
  type ResidentTensor,
  type TensorRuntime,
} from "../tensor/runtime.ts";
import type { LearnerState } from "./learner.ts";
import { SizedSessions } from "./sized_sessions.ts";
import { NEXT_NAMES, STATE_NAMES } from "./update.ts";

type StateTensors = Record<typeof STATE_NAMES[number], ResidentTensor>;

/** What one update leaves behind. */
export interface AppliedUpdate {
  /** The program's outputs; valid until the next update. */
  readonly outputs: Outputs;
  /** Gradient norm before clipping. */
  readonly gradNorm: number;
  /** False when the gradient norm was not finite and the update was left out. */
  readonly applied: boolean;
}

/** A vector in training. It and the optimiser's state stay with the runtime, on its device. */
export class TrainedParameters {
  readonly #runtime: TensorRuntime;
  readonly #sessions: SizedSessions;
  readonly #optimizer: Pick<AdamWConfig, "beta1" | "beta2">;
  /** The current state, and tensors of the same sizes that the next update may write into. */
  #current: StateTensors;
  #spare: StateTensors | null = null;
  #updates: number;

  private constructor(
    runtime: TensorRuntime,
    sessions: SizedSessions,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2">,
    current: StateTensors,
    updates: number,
  ) {
    this.#runtime = runtime;
    this.#sessions = sessions;
    this.#optimizer = optimizer;
    this.#current = current;
    this.#updates = updates;
  }

  /** @param programOf one that `update` completed, by its number of rows, for vectors as long as the state's */
  static async create(
    runtime: TensorRuntime,
    programOf: (rows: number) => Program,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2">,
    state: LearnerState,
  ): Promise<TrainedParameters> {
    const sessions = new SizedSessions(runtime, programOf, { resident: NEXT_NAMES });
    const place = (name: typeof STATE_NAMES[number]) =>
      runtime.place(hostTensor(state[name], [state[name].length]));
    const current = {
      parameters: await place("parameters"),
      firstMoment: await place("firstMoment"),
      secondMoment: await place("secondMoment"),
    };
    return new TrainedParameters(runtime, sessions, optimizer, current, state.updates);
  }

  /** The current parameters. Valid until the next update. */
  get parameters(): ResidentTensor {
    return this.#current.parameters;
  }

  /** Updates applied so far. */
  get updates(): number {
    return this.#updates;
  }

  /** A copy of the state on the host. */
  async state(): Promise<LearnerState> {
    const { parameters, firstMoment, secondMoment } = this.#current;
    return {
      parameters: await this.#runtime.read(parameters),
      firstMoment: await this.#runtime.read(firstMoment),
      secondMoment: await this.#runtime.read(secondMoment),
      updates: this.#updates,
    };
  }

  /**
   * One optimiser update; left out, and said so, when the gradient norm is not finite.
   *
   * @param rows for which the program is compiled
   */
  async update(
    rows: number,
    data: Named<HostTensor>,
    learningRate: number,
  ): Promise<AppliedUpdate> {
    const { beta1, beta2 } = this.#optimizer;
    const t = this.#updates + 1;
    const schedule = Float32Array.of(learningRate, 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t));
    const spare = this.#spare;
    const session = await this.#sessions.of(rows);
    const outputs = await session.run(
      { ...this.#current, ...data, schedule: hostTensor(schedule, [3]) },
      spare === null ? {} : byOutput((name) => spare[name]),
    );
    const gradNorm = floats(outputs, "norm")[0]!;
    const applied = Number.isFinite(gradNorm);
    const next = Object.fromEntries(
      STATE_NAMES.map((name) => [name, outputs.resident[`next.${name}`]!]),
    ) as StateTensors;
    this.#spare = applied ? this.#current : next;
    if (applied) {
      this.#current = next;
      this.#updates = t;
    }
    return { outputs, gradNorm, applied };
  }

  /** Frees the compiled programs and the state. */
  async release(): Promise<void> {
    for (const tensors of [this.#current, this.#spare]) {
      for (const tensor of Object.values(tensors ?? {})) this.#runtime.free(tensor);
    }
    await this.#sessions.release();
  }
}

function byOutput<V>(of: (name: typeof STATE_NAMES[number]) => V): Record<string, V> {
  return Object.fromEntries(STATE_NAMES.map((name) => [`next.${name}`, of(name)]));
}
