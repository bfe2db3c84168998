/**
 * The operations a policy and its objectives are written in, once, against any tensor runtime.
 *
 * `T` is the runtime's tensor: a symbolic one for the ONNX graph builder, a `tf.Tensor` for TensorFlow.js.
 * Shapes are static. Binary operations broadcast as NumPy does.
 */
export interface Ops<T> {
  constant(data: number | Float32Array, shape?: readonly number[]): T;
  add(a: T | number, b: T | number): T;
  sub(a: T | number, b: T | number): T;
  mul(a: T | number, b: T | number): T;
  div(a: T | number, b: T | number): T;
  /** Elementwise minimum; where equal, the gradient goes to `a`. */
  min(a: T | number, b: T | number): T;
  /** Elementwise maximum; where equal, the gradient goes to `a`. */
  max(a: T | number, b: T | number): T;
  neg(a: T): T;
  exp(a: T): T;
  sqrt(a: T): T;
  relu(a: T): T;
  /** 1/(1 + e^−a). */
  sigmoid(a: T): T;
  /** The value; no gradient. */
  stopGradient(a: T): T;
  /** Bounds to [low, high]; the gradient is 0 outside. */
  clip(a: T, low: number, high: number): T;
  /** 1 where a < b, else 0; no gradient. */
  less(a: T | number, b: T | number): T;
  /** 1 where a ≤ b, else 0; no gradient. */
  lessOrEqual(a: T | number, b: T | number): T;
  /** Truncates floats to 32-bit integers; no gradient. */
  toInt32(a: T): T;
  reshape(a: T, shape: readonly number[]): T;
  transpose(a: T, permutation: readonly number[]): T;
  /** Repeats along axes of size 1 up to `shape`. */
  expand(a: T, shape: readonly number[]): T;
  sum(a: T, axes?: readonly number[], keepDims?: boolean): T;
  /** The largest element; no gradient. */
  maximum(a: T): T;
  /** Σ a² over all elements; no gradient. */
  squaredNorm(a: T): T;
  softmax(a: T): T; // over the last axis
  logSoftmax(a: T): T; // over the last axis
  /** Batched matrix product alpha·op(a)·op(b) over the last two axes. */
  matMul(a: T, b: T, options?: MatMulOptions): T;
  concat(parts: readonly T[], axis: number): T;
  split(a: T, sizes: readonly number[], axis: number): T[];
  slice(a: T, axis: number, start: number, end: number): T;
  /** Rows of `table` [rows, width] at integer `ids`; shape [...ids, width]. */
  embed(table: T, ids: T): T;
  /**
   * Moves rows: the rows of `sources` [rows, width], laid end to end, at each of `indices` [rows] in turn.
   *
   * The gradient takes the way back: that of row r of source s is the gradient of row `inverses[s][r]` of the results,
   * laid end to end. A gather both ways adds nothing up, so bits repeat. It is right where a row that is taken more
   * than once, or never, has a gradient of 0.
   */
  moveRows(sources: readonly T[], indices: readonly T[], inverses: readonly T[]): T[];
  /** 1 at each integer id, else 0; shape [...ids, size]; no gradient. */
  oneHot(ids: T, size: number): T;
  /** x / sqrt(mean(x²) + epsilon) over the last axis. */
  rmsNorm(x: T, epsilon?: number): T;
  /** softmax(queries·keysᵀ/√width + mask)·values over [batch, positions, width]; the mask has no gradient. */
  attention(queries: T, keys: T, values: T, mask?: T): T;
}

/** Operations of a runtime that differentiates. */
export interface DifferentiableOps<T> extends Ops<T> {
  /**
   * Runs `body` and differentiates the scalar `loss` it returns with respect to `sources`, which it uses.
   *
   * What else `body` returns is computed on the way; nothing of it may be a function of another `differentiate`.
   * The gradient is 0 where the loss does not depend on a source.
   *
   * @returns what `body` returned, and one gradient per source
   */
  differentiate<R extends { readonly loss: T }>(
    sources: readonly T[],
    body: () => R,
  ): R & { readonly gradients: readonly T[] };
}

/** Options of {@link Ops.matMul}. */
export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor on the product. */
  readonly alpha?: number;
}
