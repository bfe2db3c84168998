/** `setup:tfjs`: puts TensorFlow.js's native engine together. */
import { installTfjs, PUBLIC_REGISTRY } from "../backend/install_tfjs.ts";
import { environmentVariable } from "../backend/library_search.ts";
import { PUBLIC_INDEX } from "../backend/python_index.ts";
import { tfjsGpuFolder, tfjsNodeFolder } from "../backend/tfjs_package.ts";
import { ConfigError } from "../core/errors.ts";
import type { Arguments } from "./arguments.ts";
import { reportTarget } from "./report_target.ts";

/**
 * Installs what {@link installTfjs} does, or with `--check` says what is missing; then tries it. Fails unless it works.
 *
 * Errors: a {@link ConfigError} for a machine or a device that TensorFlow's wheels are not for, and without an index.
 */
export async function setupTfjsCommand(
  { file, check, index }: Pick<Arguments, "file" | "check" | "index">,
): Promise<number> {
  const device = file ?? "cpu";
  if (device !== "cpu" && device !== "cuda") {
    throw new ConfigError("setup:tfjs", `expected cpu or cuda, got ${device}`);
  }
  const { os, arch } = Deno.build;
  if (os !== "linux" || arch !== "x86_64") {
    throw new ConfigError("setup:tfjs", `expected Linux on x86-64, got ${os} on ${arch}`);
  }
  if (!check) {
    await installTfjs({
      device,
      folder: device === "cuda" ? tfjsGpuFolder() : tfjsNodeFolder(),
      index: index ?? environmentVariable("PIP_INDEX_URL") ?? PUBLIC_INDEX,
      registry: environmentVariable("NPM_CONFIG_REGISTRY") ?? PUBLIC_REGISTRY,
      onProgress: console.log,
    });
  }
  return await reportTarget({ backend: "tfjs", device }, `TensorFlow.js on ${device}`);
}
