/** Where the native builds of TensorFlow.js are, which are no part of the installation. */
import { join } from "node:path";
import { PACKAGES_FOLDER } from "./onnx_package.ts";

/** The folder of TensorFlow.js for CUDA, installed or not. */
export function tfjsGpuFolder(): string {
  return packageFolder("tfjs-node-gpu");
}

/** The folder of TensorFlow.js for processors, installed or not. */
export function tfjsNodeFolder(): string {
  return packageFolder("tfjs-node");
}

/** The native files that `installTfjs` makes: the library that opens CUDA's, the one with the operations, and the binding. */
export function tfjsFiles(folder: string): string[] {
  return [
    join(folder, "deps", "lib", "libtensorflow_framework.so.2"),
    join(folder, "deps", "lib", "libtensorflow_cc.so.2"),
    join(folder, "lib", "napi-v8", "tfjs_binding.node"),
  ];
}

/** The folder of a package that the project may name itself, or that Deno keeps among all others. */
function packageFolder(name: string): string {
  const own = join(PACKAGES_FOLDER, "@tensorflow", name);
  try {
    Deno.statSync(own);
    return own;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const all = join(PACKAGES_FOLDER, ".deno");
  try {
    const found = [...Deno.readDirSync(all)].map((entry) => entry.name).sort()
      .findLast((entry) => entry.startsWith(`@tensorflow+${name}@`));
    return found === undefined ? own : join(all, found, "node_modules", "@tensorflow", name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return own;
    throw error;
  }
}
