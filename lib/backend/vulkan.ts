/** What WebGPU runs on where it is not part of the system. */
import { join } from "node:path";
import { environmentVariable } from "./library_search.ts";

/** ONNX Runtime itself, which has WebGPU in it and opens Vulkan's loader. */
export const WEBGPU_FILE = "libonnxruntime.so.1";
/** The library that every Vulkan program opens. */
export const VULKAN_LOADER = "libvulkan.so.1";
/** Where Vulkan's loader looks for files that tell of drivers. */
const VULKAN_FOLDERS = [
  "/etc/vulkan/icd.d",
  "/usr/share/vulkan/icd.d",
  "/usr/local/share/vulkan/icd.d",
];

/** Files that tell Vulkan's loader of drivers, in its order: those of the environment, else those it looks for. */
export function vulkanDriverFiles(): string[] {
  const named = environmentVariable("VK_DRIVER_FILES") ?? environmentVariable("VK_ICD_FILENAMES");
  if (named !== null) return named.split(":").filter((path) => path !== "");
  return VULKAN_FOLDERS.flatMap(filesIn).filter((path) => path.endsWith(".json"));
}

/** What is opened for Vulkan: its loader, and by it the drivers that it is told of by name. */
export function vulkanLibraries(): Readonly<Record<string, readonly string[]>> {
  const drivers = vulkanDriverFiles().flatMap((path) => {
    try {
      const library = JSON.parse(Deno.readTextFileSync(path))?.ICD?.library_path;
      return typeof library === "string" && !library.includes("/") ? [library] : [];
    } catch {
      return []; // the loader passes over what it cannot read, too
    }
  });
  return { [WEBGPU_FILE]: [VULKAN_LOADER], [VULKAN_LOADER]: drivers };
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
