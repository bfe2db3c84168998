/** `setup:tfjs`: puts TensorFlow.js's native engine together. */
import { installTfjs, PUBLIC_REGISTRY } from "../backend/install_tfjs.ts";
import { missingFiles } from "../backend/device_libraries.ts";
import { environmentVariable } from "../backend/library_search.ts";
import { probe } from "../backend/probe.ts";
import { PUBLIC_INDEX } from "../backend/python_index.ts";
import { tfjsGpuFolder, tfjsNodeFolder } from "../backend/tfjs_package.ts";
import { ConfigError } from "../core/errors.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";

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
  const target = { backend: "tfjs", device } as const;
  if (!check) {
    await installTfjs({
      device,
      folder: device === "cuda" ? tfjsGpuFolder() : tfjsNodeFolder(),
      index: index ?? environmentVariable("PIP_INDEX_URL") ?? PUBLIC_INDEX,
      registry: environmentVariable("NPM_CONFIG_REGISTRY") ?? PUBLIC_REGISTRY,
      onProgress: console.log,
    });
  }
  const missing = missingFiles(target);
  for (const { file, neededBy, fix } of missing) {
    console.log(
      `missing: ${file}${neededBy === null ? "" : `, which ${neededBy} asks for`}: ${fix}`,
    );
  }
  if (missing.length > 0) return EXIT.failed;
  const { ok, seconds, detail } = await probe(target);
  const engine = `TensorFlow.js on ${device}`;
  console.log(
    ok
      ? `${engine} computes what it should, tried in ${seconds.toFixed(1)} s`
      : `${engine}: everything is there, and it does not work: ${detail}`,
  );
  return ok ? EXIT.done : EXIT.failed;
}
