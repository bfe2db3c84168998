/** An accelerator as ONNX Runtime sees it: the memory on it, and how sessions come to run there. */
import { cString, type Handle, type OnnxApi, openOnnxApi } from "./onnx_api.ts";
import { ELEMENT_TYPE } from "./onnx_model.ts";
import type { HostTensor } from "./program.ts";

/** Accelerators, by their execution provider. */
export type OnnxDeviceName = "cuda" | "tensorrt" | "webgpu";

/** What the memory of a device is called (microsoft/onnxruntime:include/onnxruntime/core/framework/allocator.h). */
const MEMORY: Readonly<Record<OnnxDeviceName, string>> = {
  cuda: "Cuda",
  tensorrt: "Cuda",
  webgpu: "WebGPU_Buf",
};

/** ORT_LOGGING_LEVEL_ERROR. */
const LOG_ERRORS = 3;
/** OrtDeviceAllocator; OrtMemTypeDefault. */
const DEVICE_ALLOCATOR = 0, DEFAULT_MEMORY = 0;

/** A device, opened once for all sessions on it, which share its memory. */
export class OnnxDevice {
  readonly api: OnnxApi;
  /** The host's memory. */
  readonly host: Handle;
  /** The device's. */
  readonly memory: Handle;
  readonly #environment: Handle;
  readonly #name: OnnxDeviceName;
  readonly #threads: number;

  /** @param threads for what the device leaves to the processor */
  constructor(library: string, name: OnnxDeviceName, threads: number) {
    const api = this.api = openOnnxApi(library);
    this.#environment = api.make("createEnv", LOG_ERRORS, cString("vasari"));
    const memory = (called: string) =>
      api.make("createMemoryInfo", cString(called), DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
    this.host = memory("Cpu");
    this.memory = memory(MEMORY[name]);
    this.#name = name;
    this.#threads = threads;
  }

  /** A session of an ONNX model. Errors: what the provider could not load or find, or cannot compute. */
  session(model: Uint8Array): Handle {
    const options = this.#sessionOptions(), bytes = new Uint8Array(model);
    try {
      return this.api.make(
        "createSessionFromArray",
        this.#environment,
        bytes,
        bytes.byteLength,
        options,
      );
    } finally {
      this.api.release("releaseSessionOptions", options);
    }
  }

  #sessionOptions(): Handle {
    const { api } = this;
    const options = api.make("createSessionOptions");
    try {
      api.call("setSessionLogSeverityLevel", options, LOG_ERRORS);
      api.call("setIntraOpNumThreads", options, this.#threads);
      api.call("setInterOpNumThreads", options, 1);
      this.#appendProviders(options);
      return options;
    } catch (error) {
      api.release("releaseSessionOptions", options);
      throw error;
    }
  }

  #appendProviders(options: Handle): void {
    switch (this.#name) {
      case "webgpu":
        return this.api.call("appendProvider", options, cString("WebGPU"), null, null, 0);
      case "tensorrt":
        this.#appendTensorRt(options);
        return this.#appendCuda(options); // for what TensorRT leaves
      case "cuda":
        return this.#appendCuda(options);
      default:
        return this.#name satisfies never;
    }
  }

  #appendTensorRt(options: Handle): void {
    const provider = this.api.make("createTensorRtProviderOptions");
    try {
      this.api.call("appendTensorRtProvider", options, provider);
    } finally {
      this.api.release("releaseTensorRtProviderOptions", provider);
    }
  }

  #appendCuda(options: Handle): void {
    const provider = this.api.make("createCudaProviderOptions");
    try {
      this.api.call("appendCudaProvider", options, provider);
    } finally {
      this.api.release("releaseCudaProviderOptions", provider);
    }
  }

  /** A tensor over the host's own data, which has to be kept as long as the tensor. */
  hostValue({ data, shape }: HostTensor): Handle {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    return this.api.make(
      "createTensorWithDataAsOrtValue",
      this.host,
      bytes,
      bytes.byteLength,
      BigInt64Array.from(shape, BigInt),
      shape.length,
      data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int32,
    );
  }
}
