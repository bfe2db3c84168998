/** Runs programs in ONNX Runtime. */
import { loadOnnxRuntime } from "../../deps.ts";
import { type GraphOptions, traceProgram } from "./graph.ts";
import { encodeOnnxModel } from "./onnx_model.ts";
import type { HostArray, HostTensor, Named, Program } from "./program.ts";
import type { Outputs, ResidentTensor, RuntimeOptions, Session, TensorRuntime } from "./runtime.ts";

type Ort = Awaited<ReturnType<typeof loadOnnxRuntime>>;
type OrtTensor = import("onnxruntime-node").Tensor;

/** A tensor of the runtime, in the host's memory. */
class OnnxTensor implements ResidentTensor {
  constructor(readonly tensor: OrtTensor) {}

  get shape(): readonly number[] {
    return this.tensor.dims;
  }
}

/** Options of {@link onnxRuntime}. */
export interface OnnxRuntimeOptions extends RuntimeOptions, GraphOptions {
  /** Each session writes the time of every operation to a file whose path begins so, when it is released. */
  readonly profile?: string;
}

/** ONNX Runtime's CPU provider. */
export async function onnxRuntime(options: OnnxRuntimeOptions): Promise<TensorRuntime> {
  const ort = await loadOnnxRuntime();
  return {
    version: ort.env.versions.node ?? ort.env.versions.common,
    inHostMemory: true,
    async compile(program, resident = []) {
      return await compile(ort, program, options, resident);
    },
    place({ data, shape }) {
      return Promise.resolve(new OnnxTensor(tensorOf(ort, { data: data.slice(), shape })));
    },
    read: (tensor) => Promise.resolve(floatData(tensor).slice()),
    free() {}, // the garbage collector does
  };
}

async function compile(
  ort: Ort,
  program: Program,
  { threads, profile, ...graphOptions }: OnnxRuntimeOptions,
  resident: readonly string[],
): Promise<Session> {
  const onnx = traceProgram(program, graphOptions);
  const session = await ort.InferenceSession.create(await encodeOnnxModel(onnx), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    // Second moments decay into denormal numbers, which are tens of times slower to compute with.
    extra: { session: { set_denormal_as_zero: "1" } },
  });
  const names = onnx.outputs.map((output) => output.name);
  return {
    async run(feeds, spare = {}) {
      const into = names.map((name) => [name, name in spare ? ortTensor(spare[name]!) : null]);
      const results = await session.run(
        mapNamed(feeds, (feed) => "data" in feed ? tensorOf(ort, feed) : ortTensor(feed)),
        Object.fromEntries(into),
      );
      return outputsOf(results, resident);
    },
    async release() {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function outputsOf(results: Named<OrtTensor>, resident: readonly string[]): Outputs {
  const values: Record<string, HostArray> = {}, kept: Record<string, ResidentTensor> = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (resident.includes(name)) kept[name] = new OnnxTensor(tensor);
    else values[name] = tensor.data as HostArray;
  }
  return { values, resident: kept };
}

function tensorOf(ort: Ort, { data, shape }: HostTensor): OrtTensor {
  return new ort.Tensor(data instanceof Float32Array ? "float32" : "int32", data, shape);
}

function ortTensor(tensor: ResidentTensor): OrtTensor {
  if (tensor instanceof OnnxTensor) return tensor.tensor;
  throw new TypeError("Expected a tensor of this runtime");
}

function floatData(tensor: ResidentTensor): Float32Array {
  const { data } = ortTensor(tensor);
  if (data instanceof Float32Array) return data;
  throw new TypeError("Expected a float32 tensor");
}

function mapNamed<A, B>(record: Named<A>, of: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}
