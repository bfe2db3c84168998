/**
 * A symbolic graph of ONNX operations with reverse-mode automatic differentiation.
 *
 * Inside {@link Graph.differentiate} every differentiable operation records how a gradient at its outputs becomes
 * gradients at its inputs; the tape is then walked backwards, which emits more nodes of the same graph. Forward,
 * backward and optimiser so run as one `session.run`.
 */
import { Emitter } from "./emitter.ts";
import type { Attribute, DataType, OnnxGraph } from "./onnx_model.ts";
import type { DifferentiableOps, MatMulOptions } from "./ops.ts";
import type { Program } from "./program.ts";
import { type TapeEntry, type VectorJacobianProduct, walkBack } from "./tape.ts";
import { broadcastShape, elements, sameShape, type Tensor, twoFactors } from "./tensor.ts";

export { elements, Tensor } from "./tensor.ts";

/** How a graph is built. */
export interface GraphOptions {
  /** Use com.microsoft FusedMatMul for batched products with transposes (about 5 % faster); default true. */
  readonly fusedMatMul?: boolean;
  /** The most tensors that one operation concatenates, or splits one into; default any number. */
  readonly widest?: number;
  /** Take 1/rms of a normalization, which its gradient needs, from the forward operation; default true. */
  readonly normGivesInverse?: boolean;
  /** Use LogSoftmax rather than the operations it consists of; default true. */
  readonly logSoftmax?: boolean;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The ONNX graph of a program. */
export function traceProgram(program: Program, options: GraphOptions = {}): OnnxGraph {
  const graph = new Graph(options);
  const inputs = Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape, type = "float32" }]) => [
      name,
      graph.input(name, shape, type),
    ]),
  );
  for (const [name, tensor] of Object.entries(program.build(graph, inputs))) {
    graph.output(name, tensor);
  }
  return graph.toOnnx();
}

/** Builds one ONNX graph: the operations of {@link DifferentiableOps} on symbolic tensors. */
class Graph implements DifferentiableOps<Tensor> {
  readonly #emitter = new Emitter();
  readonly #fusedMatMul: boolean;
  readonly #widest: number;
  readonly #normGivesInverse: boolean;
  readonly #logSoftmax: boolean;
  /** Null outside of {@link Graph.differentiate}. */
  #tape: TapeEntry[] | null = null;

  constructor({
    fusedMatMul = true,
    widest = Infinity,
    normGivesInverse = true,
    logSoftmax = true,
  }: GraphOptions = {}) {
    this.#fusedMatMul = fusedMatMul;
    this.#widest = widest;
    this.#normGivesInverse = normGivesInverse;
    this.#logSoftmax = logSoftmax;
  }

  /** Declares an input. */
  input(name: string, shape: readonly number[], type: DataType = "float32"): Tensor {
    return this.#emitter.input(name, shape, type);
  }

  /** Declares `tensor` an output under `name`. */
  output(name: string, tensor: Tensor): void {
    this.#emitter.output(name, tensor);
  }

  /** The finished graph. */
  toOnnx(): OnnxGraph {
    return this.#emitter.graph();
  }

  // ---------------------------------------------------------------- emitting

  #emit(
    operator: string,
    inputs: readonly Tensor[],
    shape: readonly number[],
    type: DataType = "float32",
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): Tensor {
    return this.#emitter.emit(operator, inputs, [{ shape, type }], attributes, domain)[0]!;
  }

  #record(output: Tensor, inputs: readonly Tensor[], backward: VectorJacobianProduct): Tensor {
    this.#tape?.push({ outputs: [output], inputs, backward });
    return output;
  }

  // --------------------------------------------------------------- constants

  constant(data: number | Float32Array, shape: readonly number[] = []): Tensor {
    return this.#emitter.constant(
      typeof data === "number" ? Float32Array.of(data) : data,
      shape,
      "float32",
    );
  }

  #indices(values: readonly number[]): Tensor {
    return this.#emitter.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  #lift(x: Tensor | number): Tensor {
    return typeof x === "number" ? this.constant(x) : x;
  }

  // ------------------------------------------------------------- elementwise

  /** Sums a gradient over the axes along which its operand of shape `shape` was broadcast. */
  #sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
    if (sameShape(gradient.shape, shape)) return gradient;
    const lead = gradient.rank - shape.length;
    const axes = gradient.shape.flatMap((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []
    );
    return this.reshape(axes.length > 0 ? this.sum(gradient, axes, true) : gradient, shape);
  }

  #binary(
    operator: string,
    left: Tensor | number,
    right: Tensor | number,
    backward: (g: Tensor, a: Tensor, b: Tensor, output: Tensor) => [() => Tensor, () => Tensor],
  ): Tensor {
    const a = this.#lift(left), b = this.#lift(right);
    const output = this.#emit(operator, [a, b], broadcastShape(a.shape, b.shape), a.type);
    return this.#record(output, [a, b], ([g], [wantA, wantB]) => {
      const [toA, toB] = backward(g!, a, b, output);
      return [
        wantA ? this.#sumTo(toA(), a.shape) : null,
        wantB ? this.#sumTo(toB(), b.shape) : null,
      ];
    });
  }

  add(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Add", a, b, (g) => [() => g, () => g]);
  }

  sub(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Sub", a, b, (g) => [() => g, () => this.neg(g)]);
  }

  mul(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Mul", a, b, (g, a, b) => [() => this.mul(g, b), () => this.mul(g, a)]);
  }

  div(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Div", a, b, (g, _a, b, output) => [
      () => this.div(g, b),
      () => this.neg(this.div(this.mul(g, output), b)),
    ]);
  }

  min(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Min", a, b, (g, a, b) => {
      const fromA = this.lessOrEqual(a, b);
      return [() => this.mul(g, fromA), () => this.mul(g, this.sub(1, fromA))];
    });
  }

  max(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#binary("Max", a, b, (g, a, b) => {
      const fromA = this.lessOrEqual(b, a);
      return [() => this.mul(g, fromA), () => this.mul(g, this.sub(1, fromA))];
    });
  }

  #unary(operator: string, a: Tensor, backward: (g: Tensor, output: Tensor) => Tensor): Tensor {
    const output = this.#emit(operator, [a], a.shape);
    return this.#record(output, [a], ([g]) => [backward(g!, output)]);
  }

  neg(a: Tensor): Tensor {
    return this.#unary("Neg", a, (g) => this.neg(g));
  }

  exp(a: Tensor): Tensor {
    return this.#unary("Exp", a, (g, output) => this.mul(g, output));
  }

  sqrt(a: Tensor): Tensor {
    return this.#unary("Sqrt", a, (g, output) => this.div(this.mul(g, 0.5), output));
  }

  relu(a: Tensor): Tensor {
    return this.#unary("Relu", a, (g, output) => this.mul(g, this.#isPositive(output)));
  }

  /** 1 where a ≥ 10⁻²⁰, 0 where a ≤ 0: one vectorised pass, where a comparison and its cast are two. */
  #isPositive(a: Tensor): Tensor {
    const slope = { alpha: { float: 1e20 }, beta: { float: 0 } };
    return this.#emit("HardSigmoid", [a], a.shape, "float32", slope);
  }

  sigmoid(a: Tensor): Tensor {
    return this.#unary(
      "Sigmoid",
      a,
      (g, output) => this.mul(g, this.mul(output, this.sub(1, output))),
    );
  }

  /** The same value under another name, which the tape does not know. */
  stopGradient(a: Tensor): Tensor {
    return this.#emit("Identity", [a], a.shape, a.type);
  }

  clip(a: Tensor, low: number, high: number): Tensor {
    const output = this.#emit("Clip", [a, this.constant(low), this.constant(high)], a.shape);
    return this.#record(output, [a], ([g]) => {
      const inside = this.mul(this.lessOrEqual(low, a), this.lessOrEqual(a, high));
      return [this.mul(g!, inside)];
    });
  }

  less(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#compare("Less", a, b);
  }

  lessOrEqual(a: Tensor | number, b: Tensor | number): Tensor {
    return this.#compare("LessOrEqual", a, b);
  }

  #compare(operator: string, left: Tensor | number, right: Tensor | number): Tensor {
    const a = this.#lift(left), b = this.#lift(right);
    const shape = broadcastShape(a.shape, b.shape);
    return this.#toFloat(this.#emit(operator, [a, b], shape, "bool"));
  }

  #toFloat(a: Tensor): Tensor {
    return this.#emit("Cast", [a], a.shape, "float32", { to: { int: 1 } });
  }

  /** Truncates floats to 32-bit integers; no gradient. */
  toInt32(a: Tensor): Tensor {
    return this.#emit("Cast", [a], a.shape, "int32", { to: { int: 6 } });
  }

  // ------------------------------------------------------------------ shapes

  reshape(a: Tensor, shape: readonly number[]): Tensor {
    if (sameShape(a.shape, shape)) return a;
    if (elements(a.shape) !== elements(shape)) {
      throw new RangeError(`Cannot reshape [${a.shape}] to [${shape}]`);
    }
    const output = this.#emit("Reshape", [a, this.#indices(shape)], shape, a.type);
    return this.#record(output, [a], ([g]) => [this.reshape(g!, a.shape)]);
  }

  transpose(a: Tensor, permutation: readonly number[]): Tensor {
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    const shape = permutation.map((axis) => a.shape[axis]!);
    const output = this.#emit("Transpose", [a], shape, a.type, { perm: { ints: permutation } });
    return this.#record(output, [a], ([g]) => [this.transpose(g!, inverse)]);
  }

  /** Repeats along axes of size 1 up to `shape`. */
  expand(a: Tensor, shape: readonly number[]): Tensor {
    if (sameShape(a.shape, shape)) return a;
    const output = this.#emit("Expand", [a, this.#indices(shape)], shape, a.type);
    return this.#record(output, [a], ([g]) => [this.#sumTo(g!, a.shape)]);
  }

  concat(parts: readonly Tensor[], axis: number): Tensor {
    const first = parts[0]!, at = (axis + first.rank) % first.rank;
    const sizes = parts.map((part) => part.shape[at]!);
    const output = this.#join(parts, at);
    return this.#record(output, parts, ([g]) => this.split(g!, sizes, at));
  }

  /** Concatenates, in several steps where one would be too wide. */
  #join(parts: readonly Tensor[], at: number): Tensor {
    if (parts.length > this.#widest) {
      return this.#join(this.#groups(parts).map((group) => this.#join(group, at)), at);
    }
    const first = parts[0]!, total = sum(parts.map((part) => part.shape[at]!));
    const shape = first.shape.map((size, i) => i === at ? total : size);
    return this.#emit("Concat", parts, shape, first.type, { axis: { int: at } });
  }

  /** As few runs of neighbours as one operation takes, of about equal length. */
  #groups<T>(items: readonly T[]): T[][] {
    const length = Math.ceil(items.length / this.#widest);
    return Array.from(
      { length: Math.ceil(items.length / length) },
      (_, i) => items.slice(i * length, (i + 1) * length),
    );
  }

  split(a: Tensor, sizes: readonly number[], axis: number): Tensor[] {
    const at = (axis + a.rank) % a.rank;
    const outputs = this.#cut(a, sizes, at);
    this.#tape?.push({
      outputs,
      inputs: [a],
      backward: (gradients) => [
        this.concat(gradients.map((g, i) => g ?? this.#zeros(outputs[i]!.shape)), at),
      ],
    });
    return outputs;
  }

  /** Splits, in several steps where one would be too wide. */
  #cut(a: Tensor, sizes: readonly number[], at: number): Tensor[] {
    if (sizes.length > this.#widest) {
      const groups = this.#groups(sizes);
      return this.#cut(a, groups.map(sum), at).flatMap((part, i) =>
        groups[i]!.length === 1 ? [part] : this.#cut(part, groups[i]!, at)
      );
    }
    return this.#emitter.emit(
      "Split",
      [a, this.#indices(sizes)],
      sizes.map((part) => ({
        shape: a.shape.map((size, i) => i === at ? part : size),
        type: a.type,
      })),
      { axis: { int: at } },
    );
  }

  slice(a: Tensor, axis: number, start: number, end: number): Tensor {
    const at = (axis + a.rank) % a.rank;
    const shape = a.shape.map((size, i) => i === at ? end - start : size);
    const bounds = [[start], [end], [at]].map((value) => this.#indices(value));
    const output = this.#emit("Slice", [a, ...bounds], shape, a.type);
    return this.#record(output, [a], ([g]) => {
      const padding = Array<number>(2 * a.rank).fill(0);
      padding[at] = start;
      padding[a.rank + at] = a.shape[at]! - end;
      return [this.#emit("Pad", [g!, this.#indices(padding)], a.shape)];
    });
  }

  #zeros(shape: readonly number[]): Tensor {
    return this.expand(this.constant(0), shape);
  }

  // -------------------------------------------------------------- reductions

  sum(a: Tensor, axes?: readonly number[], keepDims = false): Tensor {
    const reduced = (axes ?? a.shape.map((_, axis) => axis)).map((axis) =>
      (axis + a.rank) % a.rank
    );
    const kept = a.shape.map((size, axis) => reduced.includes(axis) ? 1 : size);
    const shape = keepDims ? kept : a.shape.filter((_, axis) => !reduced.includes(axis));
    const output = this.#emit("ReduceSum", [a, this.#indices(reduced)], shape, a.type, {
      keepdims: { int: Number(keepDims) },
    });
    return this.#record(output, [a], ([g]) => [this.expand(this.reshape(g!, kept), a.shape)]);
  }

  /** The largest element; no gradient. */
  maximum(a: Tensor): Tensor {
    return this.#emit("ReduceMax", [a], [], a.type, { keepdims: { int: 0 } });
  }

  /** Σ a² over all elements; no gradient. */
  squaredNorm(a: Tensor): Tensor {
    return this.#withoutTape(() => {
      const [rows, columns] = twoFactors(elements(a.shape));
      const parts = this.#emit(
        "ReduceSumSquare",
        [this.reshape(a, [rows, columns]), this.#indices([1])],
        [rows],
        a.type,
        { keepdims: { int: 0 } },
      );
      return this.sum(parts);
    });
  }

  softmax(a: Tensor): Tensor {
    const output = this.#emit("Softmax", [a], a.shape, "float32", { axis: { int: -1 } });
    return this.#record(output, [a], ([g]) => {
      const inner = this.sum(this.mul(g!, output), [-1], true);
      return [this.mul(output, this.sub(g!, inner))];
    });
  }

  logSoftmax(a: Tensor): Tensor {
    const output = this.#logSoftmax
      ? this.#emit("LogSoftmax", [a], a.shape, "float32", { axis: { int: -1 } })
      : this.#composedLogSoftmax(a);
    return this.#record(output, [a], ([g]) => [
      this.sub(g!, this.mul(this.exp(output), this.sum(g!, [-1], true))),
    ]);
  }

  /** x − max − log Σ exp(x − max) over the last axis; not on the tape. */
  #composedLogSoftmax(a: Tensor): Tensor {
    const column = [...a.shape.slice(0, -1), 1];
    const last = this.#indices([-1]), keepdims = { keepdims: { int: 1 } };
    const largest = this.#emit("ReduceMax", [a, last], column, "float32", keepdims);
    const shifted = this.#emit("Sub", [a, largest], a.shape);
    const exp = this.#emit("Exp", [shifted], a.shape);
    const sum = this.#emit("ReduceSum", [exp, last], column, "float32", keepdims);
    return this.#emit("Sub", [shifted, this.#emit("Log", [sum], column)], a.shape);
  }

  // ---------------------------------------------------------------- products

  matMul(
    a: Tensor,
    b: Tensor,
    { transposeA = false, transposeB = false, alpha = 1 }: MatMulOptions = {},
  ): Tensor {
    const rows = a.shape.at(transposeA ? -1 : -2)!, inner = a.shape.at(transposeA ? -2 : -1)!;
    const columns = b.shape.at(transposeB ? -2 : -1)!, innerB = b.shape.at(transposeB ? -1 : -2)!;
    if (inner !== innerB) {
      throw new RangeError(
        `Cannot multiply [${a.shape}] by [${b.shape}] (transposed: ${transposeA}, ${transposeB})`,
      );
    }
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, rows, columns];
    const output = this.#product(a, b, transposeA, transposeB, alpha, shape);
    return this.#record(output, [a, b], ([g], [wantA, wantB]) => {
      // C = αAB: dA = αGBᵀ and dB = αAᵀG; with a transposed operand the product is formed transposed.
      const toA = () =>
        transposeA
          ? this.matMul(b, g!, { transposeA: transposeB, transposeB: true, alpha })
          : this.matMul(g!, b, { transposeB: !transposeB, alpha });
      const toB = () =>
        transposeB
          ? this.matMul(g!, a, { transposeA: true, transposeB: transposeA, alpha })
          : this.matMul(a, g!, { transposeA: !transposeA, alpha });
      return [
        wantA ? this.#sumTo(toA(), a.shape) : null,
        wantB ? this.#sumTo(toB(), b.shape) : null,
      ];
    });
  }

  #product(
    a: Tensor,
    b: Tensor,
    transposeA: boolean,
    transposeB: boolean,
    alpha: number,
    shape: readonly number[],
  ): Tensor {
    const plain = !transposeA && !transposeB && alpha === 1;
    if (plain) return this.#emit("MatMul", [a, b], shape); // ONNX Runtime fuses a sum behind it
    const attributes = {
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
      alpha: { float: alpha },
    };
    if (a.rank === 2 && b.rank === 2) {
      return this.#emit("Gemm", [a, b], shape, "float32", attributes);
    }
    if (this.#fusedMatMul) {
      return this.#emit("FusedMatMul", [a, b], shape, "float32", attributes, "com.microsoft");
    }
    return this.#withoutTape(() => {
      const swapped = (x: Tensor) =>
        this.transpose(x, [...Array(x.rank - 2).keys(), x.rank - 1, x.rank - 2]);
      const product = this.#emit(
        "MatMul",
        [transposeA ? swapped(a) : a, transposeB ? swapped(b) : b],
        shape,
      );
      return alpha === 1 ? product : this.mul(product, alpha);
    });
  }

  oneHot(ids: Tensor, size: number): Tensor {
    const column = this.reshape(ids, [...ids.shape, 1]);
    const range = this.#emitter.constant(
      Int32Array.from({ length: size }, (_, i) => i),
      [size],
      "int32",
    );
    return this.#toFloat(this.#emit("Equal", [column, range], [...ids.shape, size], "bool"));
  }

  embed(table: Tensor, ids: Tensor): Tensor {
    const [rows, width] = table.shape as [number, number];
    const output = this.#emit("Gather", [table, ids], [...ids.shape, width]);
    // A product with the one-hot matrix instead of a scatter: the order of additions is fixed, so bits repeat.
    return this.#record(output, [table], ([g]) => {
      const count = elements(ids.shape);
      const hot = this.reshape(this.oneHot(ids, rows), [count, rows]);
      return [this.matMul(hot, this.reshape(g!, [count, width]), { transposeA: true })];
    });
  }

  moveRows(
    sources: readonly Tensor[],
    indices: readonly Tensor[],
    inverses: readonly Tensor[],
  ): Tensor[] {
    const join = (parts: readonly Tensor[]) =>
      parts.length === 1 ? parts[0]! : this.#withoutTape(() => this.concat(parts, 0));
    const take = (rows: Tensor, index: Tensor) =>
      this.#emit("Gather", [rows, index], [...index.shape, rows.shape[1]!]);
    const rows = join(sources);
    const outputs = indices.map((index) => take(rows, index));
    this.#tape?.push({
      outputs,
      inputs: sources,
      backward: (gradients, wanted) => {
        const all = join(gradients.map((g, i) => g ?? this.#zeros(outputs[i]!.shape)));
        return inverses.map((inverse, i) => wanted[i] ? take(all, inverse) : null);
      },
    });
    return outputs;
  }

  attention(queries: Tensor, keys: Tensor, values: Tensor, mask?: Tensor): Tensor {
    const alpha = 1 / Math.sqrt(queries.shape.at(-1)!);
    const { shares, output } = this.#withoutTape(() => {
      const scores = this.matMul(queries, keys, { transposeB: true, alpha });
      const shares = this.softmax(mask === undefined ? scores : this.add(scores, mask));
      return { shares, output: this.matMul(shares, values) };
    });
    return this.#record(output, [queries, keys, values], ([g]) => {
      // Σ_k g·v_k p_k, which the softmax's gradient subtracts, is g·output: a sum over the width, not over all keys.
      const inner = this.sum(this.mul(g!, output), [-1], true);
      const toShares = this.matMul(g!, values, { transposeB: true });
      const toScores = this.mul(shares, this.sub(toShares, inner));
      return [
        this.matMul(toScores, keys, { alpha }),
        this.matMul(toScores, queries, { transposeA: true, alpha }),
        this.matMul(shares, g!, { transposeA: true }),
      ];
    });
  }

  rmsNorm(x: Tensor, epsilon = 1e-5): Tensor {
    const width = x.shape.at(-1)!;
    const ones = this.constant(new Float32Array(width).fill(1), [width]);
    const column = { shape: [...x.shape.slice(0, -1), 1] };
    const [output, given] = this.#emitter.emit(
      "SimplifiedLayerNormalization",
      [x, ones],
      [{ shape: x.shape }, ...this.#normGivesInverse ? [column] : []],
      { axis: { int: -1 }, epsilon: { float: epsilon }, stash_type: { int: 1 } },
    ) as [Tensor, Tensor?];
    // With y = x/rms: dx = (g − y·mean(g·y))/rms.
    return this.#record(output, [x], ([g]) => {
      const inverse = given ?? this.#inverseRms(x, epsilon);
      const overlap = this.mul(this.sum(this.mul(g!, output), [-1], true), 1 / width);
      return [this.mul(inverse, this.sub(g!, this.mul(output, overlap)))];
    });
  }

  /** 1 / sqrt(mean(x²) + epsilon) over the last axis, which stays with size 1. */
  #inverseRms(x: Tensor, epsilon: number): Tensor {
    const meanSquare = this.mul(this.sum(this.mul(x, x), [-1], true), 1 / x.shape.at(-1)!);
    return this.div(1, this.sqrt(this.add(meanSquare, epsilon)));
  }

  // ------------------------------------------------------------ reverse mode

  differentiate<R extends { readonly loss: Tensor }>(
    sources: readonly Tensor[],
    body: () => R,
  ): R & { readonly gradients: readonly Tensor[] } {
    if (this.#tape !== null) throw new TypeError("Cannot differentiate inside of differentiate");
    const tape: TapeEntry[] = this.#tape = [];
    try {
      const result = body();
      const gradients = this.#withoutTape(() =>
        walkBack(tape, result.loss, sources, this.constant(1), (a, b) => this.add(a, b))
          .map((gradient, i) => gradient ?? this.#zeros(sources[i]!.shape))
      );
      return { ...result, gradients };
    } finally {
      this.#tape = null;
    }
  }

  #withoutTape<R>(body: () => R): R {
    const before = this.#tape;
    this.#tape = null;
    try {
      return body();
    } finally {
      this.#tape = before;
    }
  }
}
