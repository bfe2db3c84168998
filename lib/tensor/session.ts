/** Runs graphs in ONNX Runtime. */
import { loadOnnxRuntime } from "../../deps.ts";
import type { DataType } from "./onnx_model.ts";
import { encodeOnnxModel } from "./onnx_model.ts";
import { elements, type Graph } from "./graph.ts";

/** Data of one tensor on the host. */
export type HostArray = Float32Array | Int32Array;

/** A tensor of the runtime: what sessions take and give. */
export type RuntimeTensor = import("onnxruntime-node").Tensor;

/** Named tensors. */
export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** Where and how wide graphs run. */
export interface SessionOptions {
  /** Threads inside one operator. */
  readonly threads: number;
}

/** A compiled graph. Not re-entrant: one `run` at a time. */
export interface Session {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /**
   * Runs the graph. Outputs named in `into` are written to these tensors instead of fresh ones.
   *
   * Errors: a missing input or a wrong shape is an error of the runtime that names it.
   */
  run(
    feeds: Feeds,
    into?: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Record<string, RuntimeTensor>>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/** A runtime that compiles graphs and holds tensors. */
export interface TensorRuntime {
  readonly version: string;
  tensor(data: HostArray, shape: readonly number[]): RuntimeTensor;
  compile(graph: Graph): Promise<Session>;
}

const TYPE_OF = (data: HostArray): DataType => data instanceof Float32Array ? "float32" : "int32";

/** ONNX Runtime's CPU provider. */
export async function onnxRuntime({ threads }: SessionOptions): Promise<TensorRuntime> {
  const ort = await loadOnnxRuntime();
  return {
    version: ort.env.versions.node ?? ort.env.versions.common,
    tensor(data, shape) {
      if (data.length !== elements(shape)) {
        throw new RangeError(
          `Cannot make a tensor of shape [${shape}] from ${data.length} elements`,
        );
      }
      return new ort.Tensor(TYPE_OF(data), data, shape);
    },
    async compile(graph) {
      const onnx = graph.toOnnx();
      const session = await ort.InferenceSession.create(await encodeOnnxModel(onnx), {
        executionProviders: ["cpu"],
        graphOptimizationLevel: "all",
        executionMode: "sequential",
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Second moments decay into denormal numbers, which are tens of times slower to compute with.
        extra: { session: { set_denormal_as_zero: "1" } },
      });
      const outputs = onnx.outputs.map((output) => output.name);
      return {
        inputs: onnx.inputs,
        async run(feeds, into = {}) {
          const fetches = Object.fromEntries(outputs.map((name) => [name, into[name] ?? null]));
          return await session.run(feeds, fetches);
        },
        release: () => session.release(),
      };
    },
  };
}

/** The host copy of a float tensor: shared memory, valid until the tensor is written to again. */
export function floats(tensor: RuntimeTensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new TypeError("Expected a float32 tensor on the host");
  }
  return tensor.data;
}

/** The host copy of an integer tensor. */
export function integers(tensor: RuntimeTensor | undefined): Int32Array {
  if (!(tensor?.data instanceof Int32Array)) {
    throw new TypeError("Expected an int32 tensor on the host");
  }
  return tensor.data;
}
