/** TensorFlow.js on TensorFlow's own library: on processors and, where the library has it, on CUDA. */
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import { ConfigError } from "../core/errors.ts";
import type { TensorFlowLibrary } from "../tensor/tensorflow_runtime.ts";

/** What of TensorFlow.js takes another backend. */
export interface TensorFlowBackends extends TensorFlowLibrary {
  registerBackend(name: string, make: () => NativeBackend, priority: number): boolean;
  findBackend(name: string): NativeBackend | null;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

interface NativeBackend {
  /** Whether TensorFlow found a GPU it can use. */
  readonly isUsingGpuDevice: boolean;
}

/** What the package's module of that name exports. */
interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: unknown, name: string) => NativeBackend;
}

const BACKEND = "tensorflow";

/**
 * Registers and sets the backend of the package in `folder`: `installTfjs` and the package's own install script leave
 * the same files. The package's entry is passed by: it reads the environment to find its own binding.
 *
 * Errors: a {@link ConfigError} when `device` is CUDA and TensorFlow finds no GPU; it would compute on processors.
 */
export async function useNative(
  tf: TensorFlowBackends,
  folder: string,
  device: "cpu" | "cuda",
): Promise<TensorFlowLibrary> {
  if (tf.findBackend(BACKEND) === null) {
    const backend = makeBackend(folder);
    tf.registerBackend(BACKEND, () => backend, 3);
  }
  if (device === "cuda" && tf.findBackend(BACKEND)?.isUsingGpuDevice !== true) {
    throw new ConfigError(
      "--device",
      "expected a GPU that TensorFlow can use, got none; its error output says why",
    );
  }
  await tf.setBackend(BACKEND);
  await tf.ready();
  return tf;
}

function makeBackend(folder: string): NativeBackend {
  // The package of 2024 calls a function that Node.js 23 took out, and Deno does not have.
  const legacy: typeof util & { isNullOrUndefined?: (value: unknown) => boolean } = util;
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const require = createRequire(join(folder, "package.json"));
  require("./dist/register_all_kernels.js");
  const { NodeJSKernelBackend }: BackendModule = require("./dist/nodejs_kernel_backend.js");
  const binding: unknown = require("./lib/napi-v8/tfjs_binding.node");
  return new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node");
}
