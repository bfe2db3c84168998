/** Generation as one graph: the prompts are read once, then every token is decoded, sampled and scored. */
import { QUESTION_TOKENS } from "../dataset/prompt.ts";
import { Graph, type Tensor } from "../tensor/graph.ts";
import { decodeToken, readPrompts } from "./forward.ts";
import {
  IMAGE_PATCHES,
  parameterCount,
  PATCH_PIXELS,
  type PolicyShape,
  weightsOf,
} from "./parameters.ts";
import { EOS, VOCABULARY } from "./tokenizer.ts";

/**
 * A graph that samples `groupSize` responses for each of `prompts` prompts.
 *
 * Inputs: `parameters`, `patches` [P, IMAGE_PATCHES, PATCH_PIXELS], `question` [P, QUESTION_TOKENS],
 * `uniforms` [R, P·G] in [0, 1), `inverseTemperature` []. Outputs: `tokens` [P·G, R] and `logProbs` [P·G, R]
 * of the distribution that was sampled from. Decoding goes on after an end-of-sequence token; what follows it
 * is to be ignored.
 *
 * Token t is the inverse of the cumulative distribution at its uniform number, so all randomness stays with
 * the caller.
 */
export function generationGraph(shape: PolicyShape, prompts: number, groupSize: number): Graph {
  const graph = new Graph();
  const rollouts = prompts * groupSize, length = shape.responseTokens, size = VOCABULARY.length;
  graph.withoutGradient(() => {
    const weights = weightsOf(graph, graph.input("parameters", [parameterCount(shape)]), shape);
    const patches = graph.input("patches", [prompts, IMAGE_PATCHES, PATCH_PIXELS]);
    const question = graph.input("question", [prompts, QUESTION_TOKENS], "int32");
    const uniforms = graph.split(
      graph.input("uniforms", [length, rollouts]),
      Array(length).fill(1),
      0,
    );
    const inverseTemperature = graph.input("inverseTemperature", []);
    let caches = readPrompts(graph, weights, shape, { patches, question, prompts });

    // p·U with U upper triangular is the cumulative distribution.
    const triangle = new Float32Array(size * size);
    for (let i = 0; i < size; i++) triangle.fill(1, i * size + i, (i + 1) * size);
    const cumulate = graph.constant(triangle, [size, size]);

    let tokens = graph.toInt32(graph.expand(graph.constant(EOS), [rollouts]));
    const chosen: Tensor[] = [], logProbs: Tensor[] = [];
    for (let position = 0; position < length; position++) {
      const step = { tokens, prompts, groupSize, position, caches };
      const decoded = decodeToken(graph, weights, shape, step);
      const { logits } = decoded;
      caches = decoded.caches;
      const all = graph.logSoftmax(graph.mul(logits, inverseTemperature)); // [P·G, vocabulary]
      const cumulative = graph.matMul(graph.exp(all), cumulate);
      const uniform = graph.reshape(uniforms[position]!, [rollouts, 1]);
      const below = graph.sum(graph.lessOrEqual(cumulative, uniform), [1]);
      // Rounding can leave the last cumulative value below the uniform number.
      tokens = graph.toInt32(graph.min(below, size - 1)); // [P·G]
      const hot = graph.oneHot(tokens, size);
      chosen.push(graph.reshape(tokens, [rollouts, 1]));
      logProbs.push(graph.sum(graph.mul(all, hot), [1], true));
    }
    graph.output("tokens", graph.concat(chosen, 1));
    graph.output("logProbs", graph.concat(logProbs, 1));
  });
  return graph;
}
