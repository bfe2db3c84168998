/** Collects the nodes, constants, inputs and outputs of an ONNX graph, and gives everything a name. */
import type { Attribute, DataType, OnnxGraph, OnnxInitializer, OnnxNode } from "./onnx_model.ts";
import { Tensor } from "./tensor.ts";

/** Constants up to this many elements are shared when they are equal. */
const SHARED = 16;

/** Shape and type of an output. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly type?: DataType;
}

/** A graph in the making. Knows no operators and no gradients. */
export class Emitter {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #inputs: Tensor[] = [];
  readonly #outputs: Tensor[] = [];
  readonly #constants = new Map<string, Tensor>();
  /** Results of nodes that are outputs: from the name they were made under to the output's. */
  readonly #renamed = new Map<string, string>();
  #names = 0;

  #fresh(prefix: string): string {
    return `${prefix}_${this.#names++}`;
  }

  /** Adds an operation; its outputs. */
  emit(
    operator: string,
    inputs: readonly Tensor[],
    outputs: readonly OutputSpec[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): Tensor[] {
    const results = outputs.map(({ shape, type = "float32" }) =>
      new Tensor(this.#fresh(operator), shape, type)
    );
    this.#nodes.push({
      operator,
      domain,
      name: this.#fresh("node"),
      inputs: inputs.map((tensor) => tensor.name),
      outputs: results.map((tensor) => tensor.name),
      attributes,
    });
    return results;
  }

  input(name: string, shape: readonly number[], type: DataType): Tensor {
    const tensor = new Tensor(name, shape, type);
    this.#inputs.push(tensor);
    return tensor;
  }

  /** Declares an output. A node writes it where it is to go; only what no node makes, or two outputs are, is copied. */
  output(name: string, tensor: Tensor): void {
    const isMade = this.#nodes.some(({ outputs }) => outputs.includes(tensor.name));
    if (isMade && !this.#renamed.has(tensor.name)) this.#renamed.set(tensor.name, name);
    else {
      this.#nodes.push({
        operator: "Identity",
        domain: "",
        name: this.#fresh("output"),
        inputs: [tensor.name],
        outputs: [name],
        attributes: {},
      });
    }
    this.#outputs.push(new Tensor(name, tensor.shape, tensor.type));
  }

  constant(
    data: Float32Array | Int32Array | BigInt64Array,
    shape: readonly number[],
    type: DataType,
  ): Tensor {
    const key = data.length <= SHARED ? `${type}|${shape}|${data}` : null;
    const known = key === null ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const tensor = new Tensor(this.#fresh("constant"), shape, type);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name: tensor.name, shape, type, bytes });
    if (key !== null) this.#constants.set(key, tensor);
    return tensor;
  }

  graph(): OnnxGraph {
    const renamed = (names: readonly string[]) =>
      names.map((name) => this.#renamed.get(name) ?? name);
    return {
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: renamed(node.inputs),
        outputs: renamed(node.outputs),
      })),
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }
}
