/** Symbolic tensors and their shapes. */
import type { DataType } from "./onnx_model.ts";

/** A value in a graph: its name, static shape and element type. */
export class Tensor {
  constructor(
    readonly name: string,
    readonly shape: readonly number[],
    readonly type: DataType = "float32",
  ) {}

  get rank(): number {
    return this.shape.length;
  }
}

/** Number of elements of a tensor of this shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The shape of an elementwise operation on two shapes, as NumPy broadcasts. Errors: a RangeError naming both. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[a.length - rank + axis] ?? 1, y = b[b.length - rank + axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`Cannot broadcast [${a}] with [${b}]`);
    }
    return Math.max(x, y);
  });
}

/**
 * Two factors of a size, near each other where it has such: a sum over the second and then the first adds up fewer
 * numbers at a time than one over all, which in single precision loses digits (6·10⁻⁴ of the norm of 0.8 M parameters).
 */
export function twoFactors(size: number): [number, number] {
  let factor = Math.floor(Math.sqrt(size));
  while (factor > 1 && size % factor !== 0) factor--;
  return [factor, size / factor];
}
