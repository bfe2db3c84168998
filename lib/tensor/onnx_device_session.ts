/** A graph compiled for an accelerator, and the tensors that stay there. */
import { cString, type Handle } from "./onnx_api.ts";
import type { OnnxDevice } from "./onnx_device.ts";
import { encodeOnnxModel, type OnnxGraph, type OnnxValue } from "./onnx_model.ts";
import type { HostArray, HostTensor, Named } from "./program.ts";
import type { Outputs, ResidentTensor, Session } from "./runtime.ts";
import { elements, sameShape } from "./tensor.ts";

/** A tensor in the device's memory. */
class DeviceTensor implements ResidentTensor {
  /** Null once it is gone. */
  handle: Handle | null;

  constructor(handle: Handle, readonly shape: readonly number[]) {
    this.handle = handle;
  }
}

/** Errors: a TypeError for another runtime's tensor, or one that is gone. */
function handleOf(tensor: ResidentTensor): Handle {
  if (tensor instanceof DeviceTensor && tensor.handle !== null) return tensor.handle;
  throw new TypeError("Expected a tensor of this runtime that has not been freed");
}

/** Gives a tensor's memory back. */
export function freeDeviceTensor(device: OnnxDevice, tensor: ResidentTensor): void {
  device.api.release("releaseValue", handleOf(tensor));
  (tensor as DeviceTensor).handle = null;
}

/** A compiled graph. */
export class OnnxDeviceSession implements Session {
  readonly #device: OnnxDevice;
  readonly #session: Handle;
  readonly #binding: Handle;
  readonly #graph: OnnxGraph;
  readonly #resident: ReadonlySet<string>;
  /** Held while a run goes on: inputs that stay on the host are read where they are. */
  #fed: Named<HostTensor | ResidentTensor> | null = null;

  private constructor(
    device: OnnxDevice,
    session: Handle,
    graph: OnnxGraph,
    resident: readonly string[],
  ) {
    this.#device = device;
    this.#session = session;
    this.#binding = device.api.make("createIoBinding", session);
    this.#graph = graph;
    this.#resident = new Set(resident);
  }

  /** Compiles a graph. Errors: what the provider could not load or find, or cannot compute. */
  static async compile(
    device: OnnxDevice,
    graph: OnnxGraph,
    resident: readonly string[],
  ): Promise<OnnxDeviceSession> {
    const session = device.session(await encodeOnnxModel(graph));
    return new OnnxDeviceSession(device, session, graph, resident);
  }

  run(
    feeds: Named<HostTensor | ResidentTensor>,
    spare: Named<ResidentTensor> = {},
  ): Promise<Outputs> {
    try {
      return Promise.resolve(this.#run(feeds, spare));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #run(feeds: Named<HostTensor | ResidentTensor>, spare: Named<ResidentTensor>): Outputs {
    const { api } = this.#device, binding = this.#binding;
    this.#fed = feeds;
    try {
      for (const input of this.#graph.inputs) this.#bindInput(input, feeds[input.name]);
      for (const { name } of this.#graph.outputs) this.#bindOutput(name, spare[name]);
      api.call("synchronizeBoundInputs", binding);
      api.call("runWithBinding", this.#session, null, binding);
      api.call("synchronizeBoundOutputs", binding);
      const outputs = this.#takeOutputs();
      for (const tensor of Object.values(spare)) freeDeviceTensor(this.#device, tensor);
      return outputs;
    } finally {
      this.#fed = null;
      // What stays bound is an output that the next run writes into.
      api.release("clearBoundInputs", binding);
      api.release("clearBoundOutputs", binding);
    }
  }

  #bindInput({ name, shape }: OnnxValue, feed: HostTensor | ResidentTensor | undefined): void {
    const { api } = this.#device, label = cString(name);
    if (feed === undefined) throw new TypeError(`${name}: expected a tensor, got none`);
    if (!sameShape(feed.shape, shape)) {
      throw new RangeError(`${name}: expected shape [${shape}], got [${feed.shape}]`);
    }
    if (!("data" in feed)) return api.call("bindInput", this.#binding, label, handleOf(feed));
    const value = this.#device.hostValue(feed);
    try {
      api.call("bindInput", this.#binding, label, value); // copies it to the device
    } finally {
      api.release("releaseValue", value);
    }
  }

  #bindOutput(name: string, spare: ResidentTensor | undefined): void {
    const { api, host, memory } = this.#device, label = cString(name);
    if (spare !== undefined) return api.call("bindOutput", this.#binding, label, handleOf(spare));
    const where = this.#resident.has(name) ? memory : host;
    api.call("bindOutputToDevice", this.#binding, label, where);
  }

  #takeOutputs(): Outputs {
    const { api } = this.#device;
    const allocator = api.make("getAllocatorWithDefaultOptions");
    const list = new BigUint64Array(1), count = new BigUint64Array(1);
    api.call("getBoundOutputValues", this.#binding, allocator, list, count);
    const array: Handle = Deno.UnsafePointer.create(list[0]!)!;
    const handles = new Deno.UnsafePointerView(array);
    const values: Record<string, HostArray> = {}, resident: Record<string, ResidentTensor> = {};
    this.#graph.outputs.forEach((output, i) => {
      const handle: Handle = handles.getPointer(i * BigUint64Array.BYTES_PER_ELEMENT)!;
      if (this.#resident.has(output.name)) {
        resident[output.name] = new DeviceTensor(handle, output.shape);
      } else {
        values[output.name] = this.#hostData(handle, output);
        api.release("releaseValue", handle);
      }
    });
    api.call("allocatorFree", allocator, array);
    return { values, resident };
  }

  /** A copy of a tensor on the host. */
  #hostData(value: Handle, { shape, type }: OnnxValue): HostArray {
    const address = this.#device.api.make("getTensorMutableData", value);
    const bytes = elements(shape) * Float32Array.BYTES_PER_ELEMENT;
    const copy = Deno.UnsafePointerView.getArrayBuffer(address, bytes).slice(0);
    return type === "int32" ? new Int32Array(copy) : new Float32Array(copy);
  }

  release(): Promise<void> {
    this.#device.api.release("releaseIoBinding", this.#binding);
    this.#device.api.release("releaseSession", this.#session);
    return Promise.resolve();
  }
}
