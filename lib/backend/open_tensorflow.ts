/** Opens TensorFlow.js on one of its backends. */
import { loadTensorFlow } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import type { TensorRuntime } from "../tensor/runtime.ts";
import { tensorFlowRuntime } from "../tensor/tensorflow_runtime.ts";
import { type TensorFlowModule, useWasm } from "../tensor/tensorflow_wasm.ts";
import type { Compute } from "./target.ts";
import { type TensorFlowBackends, useNative } from "./tfjs_node.ts";
import { tfjsGpuFolder, tfjsNodeFolder } from "./tfjs_package.ts";

/**
 * TensorFlow.js on `device`: `wasm` needs no set-up, `cpu` and `cuda` its native library.
 *
 * Errors: a {@link ConfigError} for a device it does not have.
 */
export async function openTensorFlow(
  { device }: Pick<Compute, "device" | "threads">,
): Promise<TensorRuntime> {
  switch (device) {
    case "wasm":
      return tensorFlowRuntime(
        await useWasm(await loadTensorFlow() as unknown as TensorFlowModule),
      );
    case "cpu":
      return tensorFlowRuntime(await useNative(await loadNative(), tfjsNodeFolder(), device));
    case "cuda":
      return tensorFlowRuntime(await useNative(await loadNative(), tfjsGpuFolder(), device), {
        inHostMemory: false,
      });
    default:
      throw new ConfigError(
        "--device",
        `expected cpu, cuda or wasm with --backend tfjs, got ${device}`,
      );
  }
}

const loadNative = async () => await loadTensorFlow() as unknown as TensorFlowBackends;
