/** The critic in training: values of sampled responses, and the updates that teach it their returns. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { CriticConfig } from "../algorithm/advantage/advantage.ts";
import { explainedVariance, VALUE_SUMS } from "../algorithm/value_loss.ts";
import type { Prompt } from "../dataset/prompt.ts";
import { criticFromPolicy, criticParameterCount } from "../policy/critic.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import { hostTensor } from "../tensor/program.ts";
import { floats, type TensorRuntime } from "../tensor/runtime.ts";
import { criticTrainingProgram, valuesProgram } from "./critic_program.ts";
import { freshState, type LearnerState } from "./learner.ts";
import { tokenWeights } from "./mini_batch.ts";
import { packResponses } from "./packed_batch.ts";
import { promptTensors, shiftedInputs } from "./prompt_tensors.ts";
import { clearBehindEnds, responseRuns, RunSessions } from "./response_runs.ts";
import { type Rollouts, selectGroups } from "./rollouts.ts";
import { TrainedParameters } from "./trained_parameters.ts";
import type { TrainingSizes } from "./training_program.ts";

/** Whole groups of rollouts and what the critic learns from them. */
export interface CriticBatch {
  readonly prompts: readonly Prompt[]; // [prompts]
  readonly rollouts: Rollouts;
  /** {@link Critic.values} at rollout time. */
  readonly oldValues: Float32Array; // [rollouts * responseTokens]
  /** What the values are to predict. */
  readonly returns: Float32Array; // [rollouts * responseTokens]
}

/** What one update of the critic reports; of the values before it, over the tokens of its mini-batch. */
export interface CriticUpdate {
  readonly valueLoss: number;
  /** Null where all returns are equal. */
  readonly explainedVariance: number | null;
  /** Share of tokens whose loss the bound on values decides. */
  readonly valueClipFraction: number;
  /** Gradient norm before clipping. */
  readonly gradNorm: number;
  /** False when the gradient norm was not finite and the update was left out. */
  readonly applied: boolean;
}

/** The critic of PPO. Its learning rate is constant. */
export class Critic {
  readonly #shape: PolicyShape;
  readonly #learningRate: number;
  readonly #sizes: TrainingSizes;
  readonly #trained: TrainedParameters;
  readonly #evaluations: RunSessions;

  private constructor(
    runtime: TensorRuntime,
    shape: PolicyShape,
    learningRate: number,
    sizes: TrainingSizes,
    trained: TrainedParameters,
  ) {
    this.#evaluations = new RunSessions(runtime, (size) => valuesProgram(shape, size));
    this.#shape = shape;
    this.#learningRate = learningRate;
    this.#sizes = sizes;
    this.#trained = trained;
  }

  /**
   * A critic in the given state.
   *
   * @param sizes of one update: its mini-batch, and the parts in which it is computed
   * @param state from {@link initialState}, or where an earlier execution left off
   */
  static async create(
    runtime: TensorRuntime,
    shape: PolicyShape,
    config: CriticConfig,
    optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
    sizes: TrainingSizes,
    state: LearnerState,
  ): Promise<Critic> {
    const expected = criticParameterCount(shape);
    if (state.parameters.length !== expected) {
      throw new RangeError(
        `Cannot create a critic: expected ${expected} parameters, got ${state.parameters.length}`,
      );
    }
    const { valueClip } = config;
    const trained = await TrainedParameters.create(
      runtime,
      (rows) => criticTrainingProgram(shape, valueClip, optimizer, sizes, rows),
      optimizer,
      state,
    );
    return new Critic(runtime, shape, config.learningRate, sizes, trained);
  }

  /** The state of a critic that has learnt nothing: the policy's trunk and a head of zeros. */
  static initialState(policyParameters: Float32Array, shape: PolicyShape): LearnerState {
    return freshState(criticFromPolicy(policyParameters, shape));
  }

  /**
   * Values of the states in which the rollouts' tokens were chosen: at t of the prompt and the tokens before t.
   *
   * @returns [rollouts * responseTokens]; 0 behind a response's end
   */
  async values(prompts: readonly Prompt[], rollouts: Rollouts): Promise<Float32Array> {
    const { parameters } = this.#trained;
    const values = new Float32Array(rollouts.tokens.length);
    for (const run of responseRuns(this.#shape, prompts, rollouts)) {
      const session = await this.#evaluations.of(run);
      const { targets: _, ...feeds } = run.feeds;
      values.set(floats(await session.run({ parameters, ...feeds }), "values"), run.from);
    }
    clearBehindEnds(values, rollouts);
    return values;
  }

  /** One optimiser update, on one mini-batch of as many groups as its `sizes` say. */
  async update({ prompts, rollouts, oldValues, returns }: CriticBatch): Promise<CriticUpdate> {
    const { responseTokens } = this.#shape, { tokens, lengths } = rollouts;
    const cells = (data: Float32Array | Int32Array) =>
      hostTensor(data, [rollouts.count, responseTokens]);
    const tokenShares = tokenWeights(lengths, responseTokens, "token-mean");
    const ids = { inputs: shiftedInputs(tokens, responseTokens) };
    const { rows, feeds } = packResponses(this.#shape, this.#sizes, ids, lengths);
    const { outputs, gradNorm, applied } = await this.#trained.update(rows, {
      ...promptTensors(prompts),
      ...feeds,
      oldValues: cells(oldValues),
      returns: cells(returns),
      tokenShares: cells(tokenShares),
    }, this.#learningRate);
    const values = floats(outputs, "values");
    const counted = (of: Float32Array) => [...of].filter((_, cell) => tokenShares[cell]! > 0);
    const sum = (name: typeof VALUE_SUMS[number]) =>
      floats(outputs, "sums")[VALUE_SUMS.indexOf(name)]!;
    return {
      valueLoss: sum("valueLoss"),
      explainedVariance: explainedVariance(counted(values), counted(returns)),
      valueClipFraction: sum("valueClipFraction"),
      gradNorm,
      applied,
    };
  }

  /**
   * One pass over a rollout batch: one {@link update} per mini-batch, the same groups in the same order as the
   * policy's mini-batches.
   */
  async pass(batch: CriticBatch): Promise<CriticUpdate[]> {
    const { prompts, groupSize } = this.#sizes;
    if (batch.prompts.length % prompts !== 0) {
      throw new RangeError(
        `Cannot cut ${batch.prompts.length} prompts into mini-batches of ${prompts}`,
      );
    }
    const width = prompts * groupSize * this.#shape.responseTokens;
    const updates: CriticUpdate[] = [];
    for (let k = 0; k < batch.prompts.length / prompts; k++) {
      const groups = Array.from({ length: prompts }, (_, group) => k * prompts + group);
      updates.push(
        await this.update({
          prompts: groups.map((group) => batch.prompts[group]!),
          rollouts: selectGroups(batch.rollouts, groups),
          oldValues: batch.oldValues.slice(k * width, (k + 1) * width),
          returns: batch.returns.slice(k * width, (k + 1) * width),
        }),
      );
    }
    return updates;
  }

  /** A copy of the state on the host, for {@link create} to go on from. */
  state(): Promise<LearnerState> {
    return this.#trained.state();
  }

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    await this.#trained.release();
    await this.#evaluations.release();
  }
}
