/** The graphics processors with their drivers, and the processor with its memory. */
import {
  driverLibraryPaths,
  fixFor,
  LEAST_DRIVER,
  missingFiles,
  vulkanDriverFiles,
} from "./device_libraries.ts";
import { type Finding, finding, textIfThere } from "./finding.ts";
import { environmentVariable, firstLibrary } from "./library_search.ts";
import { onnxRuntimeFolder } from "./onnx_package.ts";

const DRIVER_FIX = fixFor("libcuda.so.1", onnxRuntimeFolder());

/** NVIDIA's driver and GPUs, and what Vulkan has. */
export async function checkGraphics(): Promise<Finding[]> {
  if (Deno.build.os !== "linux") return [];
  return [checkKernelDriver(), checkDriverLibrary(), await checkGpus(), ...checkVulkan()];
}

/** The version in the text of /proc/driver/nvidia/version; null when there is none. */
export function driverVersion(text: string): string | null {
  return text.match(/NVRM version:.*?\b(\d+\.\d+(?:\.\d+)?)\b/)?.[1] ?? null;
}

function checkKernelDriver(): Finding {
  const area = "graphics", name = "NVIDIA driver";
  const version = driverVersion(textIfThere("/proc/driver/nvidia/version") ?? "");
  if (version === null) {
    return finding(area, name, "absent", "no /proc/driver/nvidia/version", { fix: DRIVER_FIX });
  }
  if (Number.parseInt(version) >= LEAST_DRIVER) return finding(area, name, "ok", version);
  const detail = `${version}, older than CUDA 13 needs`;
  return finding(area, name, "broken", detail, { fix: DRIVER_FIX });
}

function checkDriverLibrary(): Finding {
  const found = firstLibrary(driverLibraryPaths());
  return found === null
    ? finding("graphics", "libcuda.so.1", "absent", "nowhere", { fix: DRIVER_FIX })
    : finding("graphics", "libcuda.so.1", "ok", found.path);
}

async function checkGpus(): Promise<Finding> {
  const query = "--query-gpu=name,memory.total,compute_cap,driver_version";
  const area = "graphics", name = "NVIDIA GPUs";
  try {
    const { success, stdout, stderr } = await new Deno.Command("nvidia-smi", {
      args: [query, "--format=csv,noheader"],
    }).output();
    const text = (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).trim().replaceAll("\n", "; ");
    if (success) return finding(area, name, "ok", text(stdout));
    return finding(area, name, "broken", text(stderr) || text(stdout), { fix: DRIVER_FIX });
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable;
    if (!isAbsent) throw error;
  }
  const models = gpuModels();
  return models.length === 0
    ? finding(area, name, "absent", "no nvidia-smi, and none in /proc/driver/nvidia/gpus")
    : finding(
      area,
      name,
      "ok",
      `${models.join("; ")} (no nvidia-smi, which would say their memory)`,
    );
}

function gpuModels(): string[] {
  const folder = "/proc/driver/nvidia/gpus";
  try {
    return [...Deno.readDirSync(folder)].flatMap(({ name }) =>
      textIfThere(`${folder}/${name}/information`)?.match(/Model:\s*(.*)/)?.[1] ?? []
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function checkVulkan(): Finding[] {
  const area = "graphics";
  const [missing] = missingFiles({ backend: "onnx", device: "webgpu" });
  const named = environmentVariable("VK_DRIVER_FILES") ?? environmentVariable("VK_ICD_FILENAMES");
  const drivers = named === null ? vulkanDriverFiles() : named.split(":");
  return [
    missing === undefined
      ? finding(area, "Vulkan loader", "ok", "libvulkan.so.1")
      : finding(area, "Vulkan loader", "absent", `no ${missing.file}`, { fix: missing.fix }),
    drivers.length === 0
      ? finding(area, "Vulkan drivers", "absent", "none in /etc/vulkan, /usr/share/vulkan", {
        fix: "install the GPU's Vulkan driver, or name its JSON file in VK_DRIVER_FILES",
      })
      : finding(area, "Vulkan drivers", "ok", drivers.join(", ")),
  ];
}

/** Memory that one run of the small policies takes, generously. */
const LEAST_MEMORY = 2 ** 30;

/** Cores and memory. */
export function checkMachine(): Finding[] {
  const area = "machine";
  const { total, available } = Deno.systemMemoryInfo();
  const limit = Number(textIfThere("/sys/fs/cgroup/memory.max") ?? NaN); // "max" for none
  const isEnough = available >= LEAST_MEMORY;
  const sizes = `${gigabytes(available)} of ${gigabytes(total)} available` +
    (limit < total ? `, limited to ${gigabytes(limit)}` : "");
  return [
    finding(area, "processor", "ok", `${navigator.hardwareConcurrency} cores, ${Deno.build.arch}`),
    finding(area, "memory", isEnough ? "ok" : "broken", sizes, {
      fix: isEnough ? "" : "end other programs, or run fewer workers (--jobs 1)",
      isNeeded: true,
    }),
  ];
}

/** Bytes as gigabytes. */
export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
