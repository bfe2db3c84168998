/**
 * Loss and gradient of objectives by TensorFlow.js: a request comes in as JSON on standard input, the answer
 * goes out as the last line. The model and the objectives are the project's; the arithmetic and the
 * differentiation are not.
 */
import { policyObjective } from "../../algorithm/policy_objective.ts";
import { supervisedLoss } from "../../algorithm/supervised.ts";
import { tokenLogProbs } from "../../policy/forward.ts";
import { type PolicyShape, weightsOf } from "../../policy/parameters.ts";
import { VOCABULARY } from "../../policy/tokenizer.ts";
import { tensorFlow, type TfTensor } from "../../tensor/tensorflow_ops.ts";
import type { Objective, TrainingSizes } from "../training_program.ts";

interface Request {
  readonly shape: PolicyShape;
  readonly sizes: TrainingSizes;
  readonly objectives: readonly Objective[];
  readonly data: Record<string, { data: number[]; shape: number[]; integers: boolean }>;
  readonly parameters: readonly number[];
  readonly inverseTemperature: number;
}

const request: Request = JSON.parse(await new Response(Deno.stdin.readable).text());
const { shape, sizes, objectives, inverseTemperature } = request;
const { tf, ops } = await tensorFlow();

function tensor(name: string): TfTensor {
  const { data, shape, integers } = request.data[name]!;
  return integers
    ? tf.tensor(Int32Array.from(data), shape, "int32")
    : tf.tensor(Float32Array.from(data), shape);
}

/** A tensor of the request, null where it has none. */
const optional = (name: string) => name in request.data ? tensor(name) : null;

function loss(objective: Objective, parameters: TfTensor): TfTensor {
  const [patches, question, inputs, targets] = ["patches", "question", "inputs", "targets"]
    .map(tensor) as [TfTensor, TfTensor, TfTensor, TfTensor];
  const { chosen, all } = tokenLogProbs(
    ops,
    weightsOf(ops, parameters, shape),
    shape,
    { patches, question, inputs, targets, ...sizes },
    tf.scalar(inverseTemperature),
    VOCABULARY.length,
  );
  if (objective.kind === "supervised") return supervisedLoss(ops, chosen, tensor("tokenWeights"));
  return policyObjective(ops, objective, {
    logProbs: chosen,
    all,
    oldLogProbs: tensor("oldLogProbs"),
    referenceLogProbs: optional("referenceLogProbs"),
    referenceAll: optional("referenceAll"),
    klCoefficient: optional("klCoefficient"),
    advantages: tensor("advantages"),
    tokenWeights: tensor("tokenWeights"),
    tokenShares: tensor("tokenShares"),
  }, {
    rollouts: sizes.prompts * sizes.groupSize,
    responseTokens: shape.responseTokens,
    vocabulary: VOCABULARY.length,
  }).loss;
}

const point = tf.tensor(Float32Array.from(request.parameters), [request.parameters.length]);
const answer = objectives.map((objective) => {
  const { value, grad } = tf.valueAndGrad((x) => tf.reshape(loss(objective, x), []))(point);
  return { loss: value.dataSync()[0], gradient: [...grad.dataSync()] };
});
console.log(JSON.stringify(answer));
