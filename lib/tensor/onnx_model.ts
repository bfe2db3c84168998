/**
 * Encodes a graph as an ONNX model: the few messages of onnx.proto3 that the graph builder emits.
 *
 * Field numbers are those of onnx/onnx:onnx/onnx.proto3.
 */
import { loadProtobuf } from "../../deps.ts";

/** Element types of tensors. */
export type DataType = "float32" | "int32" | "int64" | "bool";

/** ONNX's numbers for {@link DataType} (TensorProto.DataType). */
export const ELEMENT_TYPE: Readonly<Record<DataType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** An attribute of a node. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] };

/** One operation. An empty input name is an omitted optional input. */
export interface OnnxNode {
  readonly operator: string;
  /** "" for standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant tensor. */
export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: DataType;
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
}

/** Name, type and shape of a graph's input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: DataType;
}

/** A whole graph. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 9;
const OPSET = 20;

/** The bytes of an ONNX model with this graph: IR version 9, opset 20, com.microsoft 1. */
export async function encodeOnnxModel(graph: OnnxGraph): Promise<Uint8Array> {
  const { Writer } = await loadProtobuf();
  const writer = Writer.create();
  type W = typeof writer;

  /** Writes a nested message with field number `field`. */
  const message = (w: W, field: number, body: (w: W) => void): void => {
    w.uint32(field << 3 | 2).fork();
    body(w);
    w.ldelim();
  };
  const text = (w: W, field: number, value: string): W => w.uint32(field << 3 | 2).string(value);
  const integer = (w: W, field: number, value: number): W => w.uint32(field << 3).int64(value);

  const attribute = (name: string, value: Attribute) => (w: W): void => {
    text(w, 1, name);
    if ("float" in value) {
      w.uint32(2 << 3 | 5).float(value.float);
      integer(w, 20, 1);
    } else if ("int" in value) {
      integer(w, 3, value.int);
      integer(w, 20, 2);
    } else {
      for (const item of value.ints) integer(w, 8, item);
      integer(w, 20, 7);
    }
  };
  const node = (n: OnnxNode) => (w: W): void => {
    for (const input of n.inputs) text(w, 1, input);
    for (const output of n.outputs) text(w, 2, output);
    text(w, 3, n.name);
    text(w, 4, n.operator);
    for (const [name, value] of Object.entries(n.attributes)) message(w, 5, attribute(name, value));
    if (n.domain !== "") text(w, 7, n.domain);
  };
  const initializer = (tensor: OnnxInitializer) => (w: W): void => {
    for (const dimension of tensor.shape) integer(w, 1, dimension);
    integer(w, 2, ELEMENT_TYPE[tensor.type]);
    text(w, 8, tensor.name);
    w.uint32(9 << 3 | 2).bytes(tensor.bytes);
  };
  const value = (v: OnnxValue) => (w: W): void => {
    text(w, 1, v.name);
    message(w, 2, (w) =>
      message(w, 1, (w) => {
        integer(w, 1, ELEMENT_TYPE[v.type]);
        message(w, 2, (w) => {
          for (const dimension of v.shape) message(w, 1, (w) => integer(w, 1, dimension));
        });
      }));
  };
  const opset = (domain: string, version: number) => (w: W): void => {
    text(w, 1, domain);
    integer(w, 2, version);
  };

  integer(writer, 1, IR_VERSION);
  text(writer, 2, "vasari");
  message(writer, 7, (w) => {
    for (const n of graph.nodes) message(w, 1, node(n));
    text(w, 2, "graph");
    for (const tensor of graph.initializers) message(w, 5, initializer(tensor));
    for (const input of graph.inputs) message(w, 11, value(input));
    for (const output of graph.outputs) message(w, 12, value(output));
  });
  message(writer, 8, opset("", OPSET));
  message(writer, 8, opset("com.microsoft", 1));
  return writer.finish();
}
