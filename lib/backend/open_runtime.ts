/** Opens the tensor runtime of a target. */
import { ConfigError } from "../core/errors.ts";
import type { TensorRuntime } from "../tensor/runtime.ts";
import { onnxRuntimeLibrary } from "./onnx_package.ts";
import { preloadLibraries } from "./preload.ts";
import { type Compute, isProcessor } from "./target.ts";

/**
 * The runtime on the device that `compute` names. Nothing of another engine is loaded.
 *
 * Errors: what the engine says when the device cannot be had; `resolveTarget` finds out beforehand, with the fix.
 */
export async function openRuntime(
  compute: Compute,
): Promise<TensorRuntime> {
  const { backend, ...options } = compute;
  if (!isProcessor(compute)) preloadLibraries(compute);
  switch (backend) {
    case "onnx":
      return await openOnnxRuntime(options);
    case "tfjs": {
      const { openTensorFlow } = await import("./open_tensorflow.ts");
      return await openTensorFlow(options);
    }
    default:
      return backend satisfies never;
  }
}

async function openOnnxRuntime(
  { device, threads }: Omit<Compute, "backend">,
): Promise<TensorRuntime> {
  switch (device) {
    case "cpu": {
      const { onnxRuntime } = await import("../tensor/onnx_runtime.ts");
      return await onnxRuntime({ threads });
    }
    case "cuda":
    case "tensorrt":
    case "webgpu": {
      const { onnxDeviceRuntime } = await import("../tensor/onnx_device_runtime.ts");
      return onnxDeviceRuntime({ device, threads, library: onnxRuntimeLibrary() });
    }
    case "wasm":
      throw new ConfigError("--device", "expected another than wasm with --backend onnx");
    default:
      return device satisfies never;
  }
}
