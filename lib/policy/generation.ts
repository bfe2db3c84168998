/** Generation as one program: the prompts are read once, then every token is decoded, sampled and scored. */
import { QUESTION_TOKENS } from "../dataset/prompt.ts";
import { type Program, program } from "../tensor/program.ts";
import { decodeToken, readPrompts } from "./forward.ts";
import {
  IMAGE_PATCHES,
  parameterCount,
  PATCH_PIXELS,
  type PolicyShape,
  weightsOf,
} from "./parameters.ts";
import { tokenDistributions } from "./sampling.ts";
import { EOS, VOCABULARY } from "./tokenizer.ts";

/**
 * A program that samples `groupSize` responses for each of `prompts` prompts.
 *
 * Inputs: `parameters`, `patches` [P, IMAGE_PATCHES, PATCH_PIXELS], `question` [P, QUESTION_TOKENS],
 * `uniforms` [R, P·G] in [0, 1), `inverseTemperature` []. Outputs: `tokens` [P·G, R] and `logProbs` [P·G, R]
 * of the distribution that was sampled from. Decoding goes on after an end-of-sequence token; what follows it
 * is to be ignored.
 *
 * Token t is the inverse of the cumulative distribution at its uniform number, so all randomness stays with
 * the caller.
 */
export function generationProgram(
  shape: PolicyShape,
  prompts: number,
  groupSize: number,
): Program {
  const rollouts = prompts * groupSize, length = shape.responseTokens, size = VOCABULARY.length;
  return program({
    parameters: { shape: [parameterCount(shape)] },
    patches: { shape: [prompts, IMAGE_PATCHES, PATCH_PIXELS] },
    question: { shape: [prompts, QUESTION_TOKENS], type: "int32" },
    uniforms: { shape: [length, rollouts] },
    inverseTemperature: { shape: [] },
  }, (ops, { parameters, patches, question, uniforms, inverseTemperature }) => {
    const weights = weightsOf(ops, parameters, shape);
    const uniformOf = ops.split(uniforms, Array(length).fill(1), 0);
    let caches = readPrompts(ops, weights, shape, { patches, question, prompts });

    const distributionsOf = tokenDistributions(ops, inverseTemperature);
    let tokens = ops.toInt32(ops.constant(new Float32Array(rollouts).fill(EOS), [rollouts]));
    const chosen: (typeof tokens)[] = [], logProbs: (typeof tokens)[] = [];
    for (let position = 0; position < length; position++) {
      const step = { tokens, prompts, groupSize, position, caches };
      const decoded = decodeToken(ops, weights, shape, step);
      const { logits } = decoded;
      caches = decoded.caches;
      const { logProbs: all, cumulative } = distributionsOf(logits);
      const uniform = ops.reshape(uniformOf[position]!, [rollouts, 1]);
      const below = ops.sum(ops.lessOrEqual(cumulative, uniform), [1]);
      // Rounding can leave the last cumulative value below the uniform number.
      tokens = ops.toInt32(ops.min(below, size - 1)); // [P·G]
      const hot = ops.oneHot(tokens, size);
      chosen.push(ops.reshape(tokens, [rollouts, 1]));
      logProbs.push(ops.sum(ops.mul(all, hot), [1], true));
    }
    return { tokens: ops.concat(chosen, 1), logProbs: ops.concat(logProbs, 1) };
  });
}
