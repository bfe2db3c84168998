/** Runs a policy's loss as a program, on rollouts of differing lengths, for tests. */
import { randomSource } from "../../core/random.ts";
import { onnxRuntime } from "../../tensor/onnx_runtime.ts";
import { hostScalar, type HostTensor, hostTensor, program } from "../../tensor/program.ts";
import { floats } from "../../tensor/runtime.ts";
import { aggregate, type ScoredRollout } from "../policy_loss.ts";
import { type LossConfig, policyObjective, policySums } from "../policy_objective.ts";

const runtime = await onnxRuntime({ threads: 1 });

/** What the program computed. */
export interface ObjectiveResult {
  readonly sums: Readonly<Record<string, number>>;
  /** ∂loss/∂log π of the response tokens // [rollouts][tokens] */
  readonly gradient: readonly (readonly number[])[];
  /** ∂loss/∂log π over the vocabulary at each token // [rollouts][tokens * vocabulary] */
  readonly gradientAll: readonly (readonly number[])[];
  /** The largest gradient behind the responses' ends. */
  readonly beyond: number;
}

/**
 * The program's sums and gradients. Cells behind a response's end are filled with noise. `all` defaults to uniform
 * distributions over two tokens.
 *
 * @param responseTokens R
 */
export async function runObjective(
  rollouts: readonly ScoredRollout[],
  config: LossConfig,
  klCoefficient: number,
  responseTokens: number,
): Promise<ObjectiveResult> {
  const random = randomSource(1, "noise");
  const count = rollouts.length, vocabulary = rollouts[0]?.all?.[0]?.length ?? 2;
  const padded = (
    of: (rollout: ScoredRollout) => ArrayLike<number>,
    width: number,
    fill = true,
  ) => {
    const cells = new Float32Array(count * width);
    if (fill) cells.forEach((_, i) => cells[i] = 10 * random.normal());
    rollouts.forEach((rollout, i) => cells.set(Array.from(of(rollout)), i * width));
    return cells;
  };
  const perToken = (of: (rollout: ScoredRollout) => ArrayLike<number>) =>
    hostTensor(padded(of, responseTokens), [count, responseTokens]);
  const perWord = (of: (rollout: ScoredRollout) => readonly ArrayLike<number>[] | undefined) =>
    padded(
      (rollout) =>
        of(rollout)?.flatMap((row) => Array.from(row)) ??
          Array(rollout.logProbs.length * vocabulary).fill(-Math.log(vocabulary)),
      responseTokens * vocabulary,
    );
  // A token's weight is what 1 there and 0 elsewhere comes to.
  const weights = (kind: LossConfig["aggregation"]) =>
    hostTensor(
      padded(
        (own) =>
          Array.from(own.logProbs, (_, t) =>
            aggregate(
              rollouts.map((other) =>
                Array.from(other.logProbs, (_, u) => Number(own === other && t === u))
              ),
              kind,
              responseTokens,
            )),
        responseTokens,
        false,
      ),
      [count, responseTokens],
    );
  const { kl } = config;
  const data = {
    logProbs: perToken((rollout) => rollout.logProbs),
    all: hostTensor(perWord((rollout) => rollout.all), [count * responseTokens, vocabulary]),
    oldLogProbs: perToken((rollout) => rollout.oldLogProbs),
    advantages: perToken((rollout) => rollout.advantages),
    tokenWeights: weights(config.aggregation),
    tokenShares: weights("token-mean"),
    ...(kl === null || kl.estimator === "full"
      ? {}
      : { referenceLogProbs: perToken((rollout) => rollout.referenceLogProbs!) }),
    ...(kl?.estimator === "full"
      ? {
        referenceAll: hostTensor(
          perWord((rollout) => rollout.referenceAll),
          [count, responseTokens, vocabulary],
        ),
      }
      : {}),
    ...(kl?.place === "loss" ? { klCoefficient: hostScalar(klCoefficient) } : {}),
  } satisfies Record<string, HostTensor>;
  const differentiated = program(data, (ops, inputs) => {
    const { logProbs, all } = inputs;
    const { gradients, sums } = ops.differentiate(
      [logProbs, all],
      () =>
        policyObjective(ops, config, {
          ...inputs,
          referenceLogProbs: inputs.referenceLogProbs ?? null,
          referenceAll: inputs.referenceAll ?? null,
          klCoefficient: inputs.klCoefficient ?? null,
        }, { rollouts: count, responseTokens, vocabulary }),
    );
    return {
      ...Object.fromEntries(policySums(config).map((name) => [name, sums[name]!])),
      gradient: gradients[0]!,
      gradientAll: gradients[1]!,
    };
  });
  const session = await runtime.compile(differentiated);
  const result = await session.run(data);
  await session.release();
  const rows = (name: string, width: number) =>
    rollouts.map(({ logProbs }, i) => {
      const at = i * responseTokens * width;
      const values = [...floats(result, name).subarray(at, at + responseTokens * width)];
      return [values.slice(0, logProbs.length * width), values.slice(logProbs.length * width)];
    });
  const own = rows("gradient", 1), words = rows("gradientAll", vocabulary);
  return {
    sums: Object.fromEntries(policySums(config).map((name) => [name, floats(result, name)[0]!])),
    gradient: own.map(([inside]) => inside!),
    gradientAll: words.map(([inside]) => inside!),
    beyond: Math.max(...[...own, ...words].flatMap(([, outside]) => outside!).map(Math.abs), 0),
  };
}
