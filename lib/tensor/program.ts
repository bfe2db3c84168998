/** Computations on named tensors, written once for every runtime. */
import type { DifferentiableOps } from "./ops.ts";
import { elements } from "./tensor.ts";

/** Shape and element type of an input. */
export interface TensorSpec {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly type?: "float32" | "int32";
}

/** Tensors by name. */
export type Named<T> = Readonly<Record<string, T>>;

/**
 * A computation: a runtime compiles it, or executes it as it stands.
 *
 * The ONNX runtime calls `build` once, with symbols; TensorFlow.js calls it at every run, with the tensors
 * themselves. It therefore must not depend on anything that changes.
 */
export interface Program {
  readonly inputs: Named<TensorSpec>;
  /** The outputs by name; every input is there under its own. */
  build<T>(ops: DifferentiableOps<T>, inputs: Named<T>): Named<T>;
}

/** A {@link Program} whose inputs' names are checked. */
export function program<const I extends Named<TensorSpec>>(
  inputs: I,
  build: <T>(ops: DifferentiableOps<T>, inputs: { readonly [K in keyof I]: T }) => Named<T>,
): Program {
  return { inputs, build: (ops, tensors) => build(ops, tensors as never) };
}

/** Data of one tensor on the host. */
export type HostArray = Float32Array | Int32Array;

/** A tensor on the host: what programs are fed. */
export interface HostTensor {
  readonly data: HostArray;
  readonly shape: readonly number[];
}

/** A tensor of this shape. Errors: a RangeError when the data has another number of elements. */
export function hostTensor(data: HostArray, shape: readonly number[]): HostTensor {
  if (data.length !== elements(shape)) {
    throw new RangeError(`Cannot make a tensor of shape [${shape}] from ${data.length} elements`);
  }
  return { data, shape };
}

/** A scalar. */
export const hostScalar = (value: number): HostTensor => hostTensor(Float32Array.of(value), []);
