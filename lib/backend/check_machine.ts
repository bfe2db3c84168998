/** The graphics processors with their drivers, and the processor with its memory. */
import { DRIVER, findDriver, fixFor, LEAST_DRIVER, missingFiles } from "./device_libraries.ts";
import { type Finding, finding } from "./finding.ts";
import { askDriver } from "./nvidia_driver.ts";
import { onnxRuntimeFolder } from "./onnx_package.ts";
import { vulkanDriverFiles } from "./vulkan.ts";
import { runtimeEnvironment } from "./runtime_environment.ts";

const DRIVER_FIX = fixFor(DRIVER, onnxRuntimeFolder());
/** CUDA 13.0, as the driver counts. */
const LEAST_CUDA = 13000;

/** NVIDIA's driver and GPUs, and what Vulkan has. */
export async function checkGraphics(): Promise<Finding[]> {
  if (Deno.build.os !== "linux") return [];
  return [await checkTool(), ...await checkDriver(), ...checkVulkan()];
}

/** What nvidia-smi says of the driver: its version is that of the kernel's module. */
async function checkTool(): Promise<Finding> {
  const area = "graphics", name = "NVIDIA driver";
  try {
    const { success, stdout, stderr } = await new Deno.Command("nvidia-smi", {
      env: runtimeEnvironment(),
      args: ["--query-gpu=driver_version", "--format=csv,noheader"],
    }).output();
    const text = new TextDecoder().decode(success ? stdout : stderr.length > 0 ? stderr : stdout);
    const said = text.trim().split("\n")[0]!;
    if (!success) return finding(area, name, "broken", said, { fix: DRIVER_FIX });
    if (Number.parseInt(said) >= LEAST_DRIVER) return finding(area, name, "ok", said);
    return finding(area, name, "broken", `${said}, older than CUDA 13 needs`, { fix: DRIVER_FIX });
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable;
    if (!isAbsent) throw error;
    return finding(area, name, "absent", "no nvidia-smi, which would say its version");
  }
}

/** The driver's library, and what it says of the GPUs. */
async function checkDriver(): Promise<Finding[]> {
  const area = "graphics", found = findDriver();
  if (found === null) {
    return [finding(area, DRIVER, "absent", "nowhere", { fix: DRIVER_FIX })];
  }
  const said = await askDriver(found.path);
  if (typeof said === "string") {
    return [finding(area, DRIVER, "broken", `${found.path}: ${said}`, { fix: DRIVER_FIX })];
  }
  const version = `${found.path}, for CUDA ${Math.floor(said.cuda / 1000)}.${
    said.cuda % 1000 / 10
  }`;
  const isRecent = said.cuda >= LEAST_CUDA;
  return [
    finding(area, DRIVER, isRecent ? "ok" : "broken", version, { fix: isRecent ? "" : DRIVER_FIX }),
    ...said.gpus.map(({ name, bytes, capability }, i) =>
      finding(
        area,
        `GPU ${i}`,
        "ok",
        `${name}, ${gigabytes(bytes)}, compute capability ${capability}`,
      )
    ),
  ];
}

function checkVulkan(): Finding[] {
  const area = "graphics";
  const [missing] = missingFiles({ backend: "onnx", device: "webgpu" });
  const drivers = vulkanDriverFiles();
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
  const isEnough = available >= LEAST_MEMORY;
  const sizes = `${gigabytes(available)} of ${gigabytes(total)} available`;
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
