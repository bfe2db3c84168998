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
import type { PackedSizes } from "../policy/packed_rows.ts";
import { packedInputs, partSizes } from "./packed_batch.ts";
import type { TrainingSizes } from "./training_program.ts";
import { total, update, updateInputs } from "./update.ts";

/**
 * The program that only evaluates.
 *
 * Inputs: `parameters` [parameters of the critic] and those of {@link packedInputs}. Output: `values` [P·G, R].
 */
export function valuesProgram(shape: PolicyShape, size: PackedSizes): Program {
  return program({
    parameters: { shape: [criticParameterCount(shape)] },
    ...packedInputs(shape, { ...size, microBatches: 1 }, size.rows),
  }, (ops, { parameters, ...batch }) => ({
    values: responseValues(ops, criticWeights(ops, parameters, shape), shape, size, batch),
  }));
}

/**
 * The program of one optimiser update of the critic.
 *
 * Inputs: those of {@link valuesProgram} and {@link updateInputs}; `oldValues`, `returns` and `tokenShares`
 * (1/(tokens in the mini-batch), 0 behind a response's end), each [P·G, R]. Outputs: those of
 * {@link update}, `sums` (see {@link VALUE_SUMS}) and `values` [P·G, R] before the update.
 *
 * @param rows of each micro-batch, as `packResponses` counts them
 */
export function criticTrainingProgram(
  shape: PolicyShape,
  bound: CriticConfig["valueClip"],
  optimizer: Pick<AdamWConfig, "beta1" | "beta2" | "weightDecay" | "maxGradNorm">,
  sizes: TrainingSizes,
  rows: number,
): Program {
  const size = partSizes(sizes, rows);
  const cells = { shape: [sizes.prompts * sizes.groupSize, shape.responseTokens] };
  const specs = {
    ...packedInputs(shape, sizes, rows),
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
      specs,
      sizes.microBatches,
      (part) => {
        const { oldValues, returns, tokenShares, ...batch } = part as typeof inputs;
        const weights = criticWeights(ops, inputs.parameters, shape);
        const values = responseValues(ops, weights, shape, size, batch);
        const sums = valueLossGraph(ops, bound, { values, oldValues, returns, tokenShares });
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
