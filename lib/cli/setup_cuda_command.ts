/** `setup:cuda`: gets what ONNX Runtime needs for CUDA. */
import { type Places, PROVIDER_FILES, SHARED_PROVIDER_FILE } from "../backend/device_libraries.ts";
import { installCuda, neededWheels } from "../backend/install_cuda.ts";
import { environmentVariable, loaderSettings } from "../backend/library_search.ts";
import { onnxRuntimeFolder, onnxRuntimeVersion } from "../backend/onnx_package.ts";
import { PUBLIC_INDEX } from "../backend/python_index.ts";
import { ConfigError } from "../core/errors.ts";
import type { Arguments } from "./arguments.ts";
import { reportTarget } from "./report_target.ts";

const CUDA = { backend: "onnx", device: "cuda" } as const;

/**
 * Installs the libraries of {@link installCuda}, or with `--check` says what they would be; then says what is still
 * missing and tries CUDA. Fails unless it works.
 *
 * Errors: a {@link ConfigError} on a machine that onnxruntime-node has no CUDA for, and without an index.
 */
export async function setupCudaCommand(
  { check, index }: Pick<Arguments, "check" | "index">,
): Promise<number> {
  const version = onnxRuntimeVersion();
  if (version === null) {
    throw new ConfigError("setup:cuda", "expected onnxruntime-node to be installed; deno install");
  }
  const { os, arch } = Deno.build;
  if (os !== "linux" || arch !== "x86_64") {
    throw new ConfigError(
      "setup:cuda",
      `expected Linux on x86-64, which is all that onnxruntime-node ${version} has CUDA for, got ${os} on ${arch}`,
    );
  }
  const places = { onnx: onnxRuntimeFolder(), loader: loaderSettings() };
  if (check) sayNeeded(places, version);
  else {
    const url = index ?? environmentVariable("PIP_INDEX_URL") ?? PUBLIC_INDEX;
    await installCuda({ index: url, places, version, onProgress: console.log });
  }
  return await reportTarget(CUDA, "CUDA", places);
}

function sayNeeded(places: Places, version: string): void {
  for (const { project, version: wanted, names } of neededWheels(places, version)) {
    console.log(`to install: ${project} ${wanted}: ${names.join(", ")}`);
    if (names.includes(SHARED_PROVIDER_FILE) || names.includes(PROVIDER_FILES.cuda)) {
      console.log("            and then what these ask for: NVIDIA's libraries, read from them");
    }
  }
}
