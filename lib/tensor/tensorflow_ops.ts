/**
 * The same operations on TensorFlow.js, which executes them at once. Its gradients are not ours, and so an
 * independent check of them.
 */
import type { DifferentiableOps, MatMulOptions } from "./ops.ts";
import { broadcastShape, sameShape, twoFactors } from "./tensor.ts";

/** A TensorFlow.js tensor. */
export interface TfTensor {
  readonly shape: number[];
  readonly size: number;
  readonly dtype: string;
  readonly isDisposed: boolean;
  data(): Promise<Float32Array | Int32Array>;
  dispose(): void;
}

type Unary = (a: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor) => TfTensor;

/** The part of TensorFlow.js that the operations and their gradients need. */
export interface TensorFlow {
  tensor(data: Float32Array | Int32Array, shape: number[], type?: "float32" | "int32"): TfTensor;
  scalar(value: number): TfTensor;
  fill(shape: number[], value: number): TfTensor;
  cast(a: TfTensor, type: "float32" | "int32"): TfTensor;
  oneHot(ids: TfTensor, depth: number): TfTensor;
  engine(): {
    startScope(): void;
    endScope(): void;
    gradients(
      f: () => TfTensor,
      sources: TfTensor[],
      outputGradient: null,
      allowNoGradients: true,
    ): { readonly value: TfTensor; readonly grads: readonly (TfTensor | null)[] };
  };
  customGrad(
    f: (
      ...inputs: TfTensor[]
    ) => { value: TfTensor; gradFunc: (dy: TfTensor) => TfTensor | TfTensor[] },
  ): (...inputs: TfTensor[]) => TfTensor;
  zeros(shape: number[]): TfTensor;
  keep(tensor: TfTensor): TfTensor;
  readonly clone: Unary;
  readonly zerosLike: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly less: Binary;
  readonly lessEqual: Binary;
  readonly neg: Unary;
  readonly exp: Unary;
  readonly sqrt: Unary;
  readonly square: Unary;
  readonly relu: Unary;
  readonly sigmoid: Unary;
  readonly softmax: Unary;
  readonly logSoftmax: Unary;
  clipByValue(a: TfTensor, low: number, high: number): TfTensor;
  reshape(a: TfTensor, shape: number[]): TfTensor;
  transpose(a: TfTensor, permutation: number[]): TfTensor;
  broadcastTo(a: TfTensor, shape: number[]): TfTensor;
  gather(a: TfTensor, indices: TfTensor): TfTensor;
  sum(a: TfTensor, axes?: number[], keepDims?: boolean): TfTensor;
  mean(a: TfTensor, axis: number, keepDims: boolean): TfTensor;
  max(a: TfTensor): TfTensor;
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  concat(parts: TfTensor[], axis: number): TfTensor;
  split(a: TfTensor, sizes: number[], axis: number): TfTensor[];
  slice(a: TfTensor, begin: number[], size: number[]): TfTensor;
}

/** The operations, and how to give back what outlives a gradient. */
export interface TensorFlowOps extends DifferentiableOps<TfTensor> {
  /** Disposes of every tensor that left a {@link DifferentiableOps.differentiate} since the last call. */
  disposeKept(): void;
}

/** The operations on a loaded TensorFlow.js. */
export function tensorFlowOps(tf: TensorFlow): TensorFlowOps {
  const kept = new Set<TfTensor>();
  /** What a gradient's scope would dispose of at its end. */
  const keep = (value: unknown): void => {
    if (isTensor(value)) kept.add(tf.keep(value));
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(keep);
  };
  const constantOf = tf.customGrad((x) => ({ value: tf.clone(x!), gradFunc: tf.zerosLike }));
  // Comparisons have no gradient at all, where one of 0 is meant.
  const comparison = (compare: Binary) => {
    const operation = tf.customGrad((a, b) => ({
      value: float(compare(a!, b!)),
      gradFunc: () => [tf.zeros([...a!.shape]), tf.zeros([...b!.shape])], // their data may be gone
    }));
    return (a: TfTensor | number, b: TfTensor | number) => operation(lift(a), lift(b));
  };
  // The gradients of these do not sum over what was broadcast.
  const extremum = (of: Binary) => (left: TfTensor | number, right: TfTensor | number) => {
    const a = lift(left), b = lift(right), shape = broadcastShape(a.shape, b.shape);
    const wide = (x: TfTensor) => sameShape(x.shape, shape) ? x : tf.add(x, tf.zeros([...shape]));
    return of(wide(a), wide(b));
  };
  const float = (a: TfTensor): TfTensor => tf.cast(a, "float32");
  const lift = (a: TfTensor | number): TfTensor => typeof a === "number" ? tf.scalar(a) : a;
  const oneHot = (ids: TfTensor, size: number): TfTensor =>
    float(tf.oneHot(tf.cast(ids, "int32"), size));
  return {
    constant: (data, shape = []) =>
      typeof data === "number" ? tf.fill([...shape], data) : tf.tensor(data, [...shape]),
    add: (a, b) => tf.add(lift(a), lift(b)),
    sub: (a, b) => tf.sub(lift(a), lift(b)),
    mul: (a, b) => tf.mul(lift(a), lift(b)),
    div: (a, b) => tf.div(lift(a), lift(b)),
    min: extremum(tf.minimum),
    max: extremum(tf.maximum),
    neg: (a) => tf.neg(a),
    exp: (a) => tf.exp(a),
    sqrt: (a) => tf.sqrt(a),
    relu: (a) => tf.relu(a),
    sigmoid: (a) => tf.sigmoid(a),
    stopGradient: (a) => constantOf(a),
    clip: (a, low, high) => tf.clipByValue(a, low, high),
    less: comparison(tf.less),
    lessOrEqual: comparison(tf.lessEqual),
    toInt32: (a) => tf.cast(a, "int32"),
    reshape: (a, shape) => tf.reshape(a, [...shape]),
    transpose: (a, permutation) => tf.transpose(a, [...permutation]),
    expand: (a, shape) => tf.broadcastTo(a, [...shape]),
    sum: (a, axes, keepDims = false) =>
      axes === undefined ? tf.sum(a) : tf.sum(a, [...axes], keepDims),
    maximum: (a) => tf.max(a),
    squaredNorm: (a) => tf.sum(tf.sum(tf.reshape(tf.square(a), twoFactors(a.size)), [1])),
    softmax: (a) => tf.softmax(a),
    logSoftmax: (a) => tf.logSoftmax(a),
    matMul(a, b, { transposeA = false, transposeB = false, alpha = 1 }: MatMulOptions = {}) {
      const product = tf.matMul(a, b, transposeA, transposeB);
      return alpha === 1 ? product : tf.mul(product, tf.scalar(alpha));
    },
    concat: (parts, axis) => tf.concat([...parts], axis),
    split: (a, sizes, axis) => tf.split(a, [...sizes], axis),
    slice(a, axis, start, end) {
      const begin = a.shape.map((_, i) => i === axis ? start : 0);
      return tf.slice(a, begin, a.shape.map((size, i) => i === axis ? end - start : size));
    },
    oneHot,
    embed(table, ids) {
      const [rows, width] = table.shape as [number, number];
      const hot = oneHot(tf.reshape(ids, [-1]), rows);
      return tf.reshape(tf.matMul(hot, table), [...ids.shape, width]);
    },
    moveRows(sources, indices, inverses) {
      const join = (parts: readonly TfTensor[]) =>
        parts.length === 1 ? parts[0]! : tf.concat([...parts], 0);
      const there = join(indices), back = join(inverses);
      keep(back);
      // WebAssembly has no kernel for a gather's own gradient, a sum over segments.
      const move = tf.customGrad((rows) => ({
        value: tf.gather(rows!, there),
        gradFunc: (dy) => tf.gather(dy, back),
      }));
      const moved = move(join(sources));
      return indices.length === 1
        ? [moved]
        : tf.split(moved, indices.map(({ shape }) => shape[0]!), 0);
    },
    rmsNorm: (x, epsilon = 1e-5) =>
      tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), tf.scalar(epsilon)))),
    attention(queries, keys, values, mask) {
      const scale = tf.scalar(1 / Math.sqrt(queries.shape.at(-1)!));
      const scores = tf.mul(tf.matMul(queries, keys, false, true), scale);
      return tf.matMul(tf.softmax(mask === undefined ? scores : tf.add(scores, mask)), values);
    },
    differentiate<R extends { readonly loss: TfTensor }>(
      sources: readonly TfTensor[],
      body: () => R,
    ) {
      let result: R | null = null;
      const { grads } = tf.engine().gradients(
        () => {
          result = body();
          keep(result);
          return tf.reshape(result.loss, []);
        },
        [...sources],
        null,
        true,
      );
      const gradients = grads.map((gradient, i) => gradient ?? tf.zerosLike(sources[i]!));
      return { ...result! as R, gradients };
    },
    disposeKept() {
      for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
      kept.clear();
    },
  };
}

function isTensor(value: unknown): value is TfTensor {
  return typeof value === "object" && value !== null && "dtype" in value && "isDisposed" in value;
}
