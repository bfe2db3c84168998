/** Opens TensorFlow.js on one of its backends. */
import { loadTensorFlow } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import type { TensorRuntime } from "../tensor/runtime.ts";
import { tensorFlowRuntime } from "../tensor/tensorflow_runtime.ts";
import { type TensorFlowModule, useWasm } from "../tensor/tensorflow_wasm.ts";
import type { Compute } from "./target.ts";

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
    default:
      throw new ConfigError(
        "--device",
        `expected cpu, cuda or wasm with --backend tfjs, got ${device}`,
      );
  }
}
