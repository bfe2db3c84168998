/**
 * Runs programs in ONNX Runtime on an accelerator, and keeps resident tensors in its memory: an update reads its
 * parameters and moments where the one before wrote them, and so does generation.
 */
import { type GraphOptions, traceProgram } from "./graph.ts";
import { OnnxDevice, type OnnxDeviceName } from "./onnx_device.ts";
import { freeDeviceTensor, OnnxDeviceSession } from "./onnx_device_session.ts";
import type { OnnxGraph, OnnxValue } from "./onnx_model.ts";
import type { RuntimeOptions, TensorRuntime } from "./runtime.ts";

/** Options of {@link onnxDeviceRuntime}. */
export interface OnnxDeviceOptions extends RuntimeOptions {
  readonly device: OnnxDeviceName;
  /** The path of ONNX Runtime's library; those of its providers are beside it. */
  readonly library: string;
}

/**
 * How graphs have to be for a provider. WebGPU's shaders take no more than eight buffers where a device has no more
 * than the standard asks for, its normalization leaves 1/rms unwritten without saying so, and what it has no kernel
 * for would be computed on the processor, with copies there and back.
 */
const GRAPH_OPTIONS: Readonly<Record<OnnxDeviceName, GraphOptions>> = {
  cuda: {},
  tensorrt: {},
  webgpu: { fusedMatMul: false, widest: 7, normGivesInverse: false, logSoftmax: false },
};

/**
 * ONNX Runtime on an accelerator.
 *
 * Errors: at the first compilation, one that says what the provider could not load or find.
 */
export function onnxDeviceRuntime(
  { device: name, library, threads }: OnnxDeviceOptions,
): TensorRuntime {
  const device = new OnnxDevice(library, name, threads);
  const copiers = new Map<string, Promise<OnnxDeviceSession>>();
  /** What copies float tensors of a shape to the device, or back: there is no other way for each of them. */
  const copier = (shape: readonly number[], toDevice: boolean) => {
    const key = `${shape} ${toDevice}`;
    const session = copiers.get(key) ??
      OnnxDeviceSession.compile(device, copyGraph(shape), toDevice ? ["copy"] : []);
    copiers.set(key, session);
    return session;
  };
  return {
    version: device.api.version,
    inHostMemory: false,
    compile: (program, resident = []) =>
      OnnxDeviceSession.compile(device, traceProgram(program, GRAPH_OPTIONS[name]), resident),
    async place(tensor) {
      const { resident } = await (await copier(tensor.shape, true)).run({ tensor });
      return resident.copy!;
    },
    async read(tensor) {
      const { values } = await (await copier(tensor.shape, false)).run({ tensor });
      return values.copy as Float32Array;
    },
    free: (tensor) => freeDeviceTensor(device, tensor),
  };
}

/** A float tensor under another name. */
function copyGraph(shape: readonly number[]): OnnxGraph {
  const value = (name: string): OnnxValue => ({ name, shape, type: "float32" });
  return {
    nodes: [{
      operator: "Identity",
      domain: "",
      name: "identity",
      inputs: ["tensor"],
      outputs: ["copy"],
      attributes: {},
    }],
    initializers: [],
    inputs: [value("tensor")],
    outputs: [value("copy")],
  };
}
