/** Installs what ONNX Runtime needs for CUDA, from a Python index. */
import { join } from "node:path";
import { ConfigError, StoreError } from "../core/errors.ts";
import {
  missingFiles,
  type Places,
  PROVIDER_FILES,
  SHARED_PROVIDER_FILE,
} from "./device_libraries.ts";
import { installWheel } from "./install_wheel.ts";
import { firstLibrary } from "./library_search.ts";
import { NVIDIA_PACKAGES } from "./nvidia_packages.ts";
import { findWheel, shown } from "./python_index.ts";

/** The package that is built together with onnxruntime-node, and so has its device libraries. */
const ONNX_PROJECT = "onnxruntime-gpu";

/** One wheel that is needed. */
export interface NeededWheel {
  readonly project: string;
  readonly version: string;
  /** Files to take out of it. */
  readonly names: readonly string[];
}

/** Options of {@link installCuda}. */
export interface InstallOptions {
  /** Address of the index. */
  readonly index: string;
  readonly places: Places;
  /** Of onnxruntime-node: its device libraries have to be of the very same. */
  readonly version: string;
  /** Hears what is being done. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Wheels whose files are not there yet. What ONNX Runtime's device libraries ask for is read from them, so those of
 * NVIDIA are known once they are installed; those that the machine has are not asked for.
 */
export function neededWheels(places: Places, version: string): NeededWheel[] {
  const own = [SHARED_PROVIDER_FILE, PROVIDER_FILES.cuda, PROVIDER_FILES.tensorrt]
    .filter((name) => firstLibrary([join(places.onnx, name)]) === null);
  if (own.length > 0) return [{ project: ONNX_PROJECT, version, names: own }];
  const missing = new Set(
    missingFiles({ backend: "onnx", device: "cuda" }, places).map(({ file }) => file),
  );
  return NVIDIA_PACKAGES.filter(({ sonames }) => sonames.some((soname) => missing.has(soname)))
    .map(({ project, version, sonames }) => ({ project, version, names: sonames }));
}

/**
 * Installs the wheels of {@link neededWheels} beside ONNX Runtime, until there are none.
 *
 * Errors: a {@link ConfigError} at `--index` when the index cannot be had or lacks a wheel, with the way to do it by
 * hand; a StoreError for a wheel that is not what the index says.
 */
export async function installCuda(
  { index, places, version, onProgress = () => {} }: InstallOptions,
): Promise<void> {
  const installed = new Set<string>();
  for (let wheels; (wheels = neededWheels(places, version)).length > 0;) {
    for (const { project, version, names } of wheels) {
      if (installed.has(project)) {
        throw new StoreError(
          `${project} ${version}: expected libraries for this machine in it, got others; ` +
            `remove ${names.join(", ")} from ${places.onnx}`,
        );
      }
      installed.add(project);
      try {
        const wheel = await findWheel(index, project, version);
        onProgress(`${project} ${version}: ${shown(wheel.url)}`);
        const bytes = await installWheel(wheel, names, places.onnx);
        onProgress(`  ${(bytes / 2 ** 20).toFixed(1)} MiB, sha256 ${wheel.sha256}`);
        onProgress(`  ${names.join(", ")}`);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new ConfigError(error.field, `${error.problem}\n${byHand(wheels, places.onnx)}`);
      }
    }
  }
}

function byHand(wheels: readonly NeededWheel[], folder: string): string {
  const lines = wheels.map(({ project, version, names }) =>
    `  pip download --no-deps --only-binary :all: --platform manylinux_2_28_x86_64 ${project}==${version}: ` +
    names.join(", ")
  );
  return [
    "By hand: on a machine with a network, get these wheels (a wheel is a ZIP archive), and copy the files named " +
    `behind each to ${folder}:`,
    ...lines,
  ].join("\n");
}
