/** Runs the graph of a policy's loss on rollouts of differing lengths, for tests. */
import { randomSource } from "../../core/random.ts";
import { Graph, type Tensor } from "../../tensor/graph.ts";
import { floats, onnxRuntime } from "../../tensor/onnx_runtime.ts";
import { aggregate, type ScoredRollout } from "../policy_loss.ts";
import { type LossConfig, policyObjective, policySums } from "../policy_objective.ts";

const runtime = await onnxRuntime({ threads: 1 });

/** What the graph computed. */
export interface GraphResult {
  readonly sums: Readonly<Record<string, number>>;
  /** ∂loss/∂log π of the response tokens // [rollouts][tokens] */
  readonly gradient: readonly (readonly number[])[];
  /** ∂loss/∂log π over the vocabulary at each token // [rollouts][tokens * vocabulary] */
  readonly gradientAll: readonly (readonly number[])[];
  /** The largest gradient behind the responses' ends. */
  readonly beyond: number;
}

/**
 * The graph's sums and gradients. Cells behind a response's end are filled with noise. `all` defaults to uniform
 * distributions over two tokens.
 *
 * @param responseTokens R
 */
export async function runObjective(
  rollouts: readonly ScoredRollout[],
  config: LossConfig,
  klCoefficient: number,
  responseTokens: number,
): Promise<GraphResult> {
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
  const perToken = (of: (rollout: ScoredRollout) => ArrayLike<number>) => ({
    data: padded(of, responseTokens),
    shape: [count, responseTokens],
  });
  const perWord = (of: (rollout: ScoredRollout) => readonly ArrayLike<number>[] | undefined) =>
    padded(
      (rollout) =>
        of(rollout)?.flatMap((row) => Array.from(row)) ??
          Array(rollout.logProbs.length * vocabulary).fill(-Math.log(vocabulary)),
      responseTokens * vocabulary,
    );
  // A token's weight is what 1 there and 0 elsewhere comes to.
  const weights = (kind: LossConfig["aggregation"]) => ({
    data: padded(
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
    shape: [count, responseTokens],
  });
  const { kl } = config;
  const data: Record<string, { readonly data: Float32Array; readonly shape: number[] }> = {
    logProbs: perToken((rollout) => rollout.logProbs),
    all: {
      data: perWord((rollout) => rollout.all),
      shape: [count * responseTokens, vocabulary],
    },
    oldLogProbs: perToken((rollout) => rollout.oldLogProbs),
    advantages: perToken((rollout) => rollout.advantages),
    tokenWeights: weights(config.aggregation),
    tokenShares: weights("token-mean"),
    ...(kl === null || kl.estimator === "full"
      ? {}
      : { referenceLogProbs: perToken((rollout) => rollout.referenceLogProbs!) }),
    ...(kl?.estimator === "full"
      ? {
        referenceAll: {
          data: perWord((rollout) => rollout.referenceAll),
          shape: [count, responseTokens, vocabulary],
        },
      }
      : {}),
    ...(kl?.place === "loss"
      ? { klCoefficient: { data: Float32Array.of(klCoefficient), shape: [] } }
      : {}),
  };
  const graph = new Graph();
  const inputs = Object.fromEntries(
    Object.entries(data).map(([name, { shape }]) => [name, graph.input(name, shape)]),
  ) as Record<"logProbs" | "all" | "oldLogProbs" | "advantages", Tensor> & {
    readonly [name: string]: Tensor | undefined;
  };
  const { sums, loss } = policyObjective(graph, config, {
    ...inputs,
    tokenWeights: inputs.tokenWeights!,
    tokenShares: inputs.tokenShares!,
    referenceLogProbs: inputs.referenceLogProbs ?? null,
    referenceAll: inputs.referenceAll ?? null,
    klCoefficient: inputs.klCoefficient ?? null,
  }, { rollouts: count, responseTokens, vocabulary });
  const [gradient, gradientAll] = graph.gradient(loss, [inputs.logProbs, inputs.all]);
  for (const name of policySums(config)) graph.output(name, sums[name]!);
  graph.output("gradient", gradient!);
  graph.output("gradientAll", gradientAll!);
  const session = await runtime.compile(graph);
  // What no output depends on is no input of the compiled graph.
  const wanted = new Set(session.inputs.map(({ name }) => name));
  const result = await session.run(Object.fromEntries(
    Object.entries(data).filter(([name]) => wanted.has(name))
      .map(([name, { data, shape }]) => [name, runtime.tensor(data, shape)]),
  ));
  await session.release();
  const rows = (name: string, width: number) =>
    rollouts.map(({ logProbs }, i) => {
      const at = i * responseTokens * width;
      const values = [...floats(result[name]).subarray(at, at + responseTokens * width)];
      return [values.slice(0, logProbs.length * width), values.slice(logProbs.length * width)];
    });
  const own = rows("gradient", 1), words = rows("gradientAll", vocabulary);
  return {
    sums: Object.fromEntries(policySums(config).map((name) => [name, floats(result[name])[0]!])),
    gradient: own.map(([inside]) => inside!),
    gradientAll: words.map(([inside]) => inside!),
    beyond: Math.max(...[...own, ...words].flatMap(([, outside]) => outside!).map(Math.abs), 0),
  };
}
