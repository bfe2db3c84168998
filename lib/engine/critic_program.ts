/** The critic's programs: values of responses, and one optimiser update of them. */
import type { AdamWConfig } from "../algorithm/adamw.ts";
import type { CriticConfig } from "../algorithm/advantage/advantage.ts";
import { VALUE_SUMS, valueLossGraph } from "../algorithm/value_loss.ts";
import {
  criticDecayMask,
  criticParameterCount,
  criticWeights,
  responseValues,
} from "../policy/critic.ts";
import type { PolicyShape } from "../policy/parameters.ts";
import { type Program, program } from "../tensor/program.ts";
import { responseInputs } from "./prompt_tensors.ts";
import type { TrainingSizes } from "./training_program.ts";
import { total, update, updateInputs } from "./update.ts";

/**
 * The program that only evaluates.
 *
 * Inputs: `parameters` [parameters of the critic], `patches` [P, …], `question` [P, …], `inputs` [P·G, R]
 * (response ids shifted right by one). Output: `values` [P·G, R].
 */
export function valuesProgram(shape: PolicyShape, prompts: number, groupSize: number): Program {
  return program({
    parameters: { shape: [criticParameterCount(shape)] },
    ...responseInputs(shape, prompts, groupSize),
  }, (ops, { parameters, ...data }) => ({
    values: responseValues(ops, criticWeights(ops, parameters, shape), shape, {
      ...data,
      prompts,
      groupSize,
    }),
  }));
}

/**
 * The program of one optimiser update of the critic.
 *
 * Inputs: those of {@link valuesProgram} and {@link updateInputs}; `oldValues`, `returns` and `tokenShares`
 * (1/(tokens in the mini-batch), 0 behind a response's end), each [P·G, R]. Outputs: those of
 * {@link update}, `sums` (see {@link VALUE_SUMS}) and `values` [P·G, R] before the update.
 */
export function criticTrainingProgram(
  shape: PolicyShape,
  bound: CriticConfig["valueClip"],
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  { prompts, groupSize, microBatches }: TrainingSizes,
): Program {
  if (prompts % microBatches !== 0) {
    throw new RangeError(`Cannot cut ${prompts} prompts into ${microBatches} equal micro-batches`);
  }
  const cells = { shape: [prompts * groupSize, shape.responseTokens] };
  const specs = {
    ...responseInputs(shape, prompts, groupSize),
    oldValues: cells,
    returns: cells,
    tokenShares: cells,
  } as const;
  const layout = { parameters: criticParameterCount(shape), decay: criticDecayMask(shape) };
  return program({ ...updateInputs(layout), ...specs }, (ops, inputs) => {
    const { parts, outputs } = update(
      ops,
      layout,
      optimizer,
      inputs,
      { tensors: inputs, specs },
      microBatches,
      (part) => {
        const { patches, question, inputs: tokens, ...targets } = part as typeof inputs;
        const weights = criticWeights(ops, inputs.parameters, shape);
        const values = responseValues(ops, weights, shape, {
          patches,
          question,
          inputs: tokens,
          prompts: prompts / microBatches,
          groupSize,
        });
        const sums = valueLossGraph(ops, bound, { values, ...targets });
        return { loss: sums.valueLoss, sums, values };
      },
    );
    const sums = VALUE_SUMS.map((name) => total(ops, parts.map(({ sums }) => sums[name])));
    const values = parts.map(({ values }) => values);
    return {
      ...outputs,
      sums: ops.concat(sums.map((sum) => ops.reshape(sum, [1])), 0),
      values: values.length === 1 ? values[0]! : ops.concat(values, 0),
    };
  });
}
