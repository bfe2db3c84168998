/** Opens the tensor runtime of a target. */
import type { TensorRuntime } from "../tensor/runtime.ts";
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
    case "onnx": {
      const { onnxRuntime } = await import("../tensor/onnx_runtime.ts");
      return await onnxRuntime(options);
    }
    case "tfjs": {
      const { openTensorFlow } = await import("./open_tensorflow.ts");
      return await openTensorFlow(options);
    }
    default:
      return backend satisfies never;
  }
}
