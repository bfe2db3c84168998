/** The tape of reverse-mode differentiation: which operation made what, and how gradients pass back through it. */
import type { Tensor } from "./tensor.ts";

/** Gradients at the outputs (null: none arrived) → gradients at the inputs that are wanted. */
export type VectorJacobianProduct = (
  gradients: readonly (Tensor | null)[],
  wanted: readonly boolean[],
) => readonly (Tensor | null)[];

/** One recorded operation. */
export interface TapeEntry {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly backward: VectorJacobianProduct;
}

/**
 * Walks a tape backwards: the gradient of `loss` with respect to each parameter, null where it depends on none.
 *
 * @param one the gradient of the loss with respect to itself
 * @param add sums two gradients that arrive at one tensor
 */
export function walkBack(
  tape: readonly TapeEntry[],
  loss: Tensor,
  parameters: readonly Tensor[],
  one: Tensor,
  add: (a: Tensor, b: Tensor) => Tensor,
): (Tensor | null)[] {
  const depends = new Set(parameters.map((tensor) => tensor.name));
  for (const { inputs, outputs } of tape) {
    if (inputs.some((input) => depends.has(input.name))) {
      for (const output of outputs) depends.add(output.name);
    }
  }
  const gradients = new Map([[loss.name, one]]);
  for (const { inputs, outputs, backward } of tape.toReversed()) {
    const wanted = inputs.map((input) => depends.has(input.name));
    const arrived = outputs.map((output) => gradients.get(output.name) ?? null);
    if (!wanted.includes(true) || arrived.every((g) => g === null)) continue;
    backward(arrived, wanted).forEach((g, i) => {
      if (g === null || !wanted[i]) return;
      const name = inputs[i]!.name, before = gradients.get(name);
      gradients.set(name, before === undefined ? g : add(before, g));
    });
  }
  return parameters.map((tensor) => gradients.get(tensor.name) ?? null);
}
