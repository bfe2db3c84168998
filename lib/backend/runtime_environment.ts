/** What a process needs from its parent to find native libraries. */
import { relative } from "node:path";
import { preloadPaths } from "./device_libraries.ts";
import { environmentVariable, HANDED_LIBRARY_PATH } from "./library_search.ts";
import { PACKAGES_FOLDER } from "./onnx_package.ts";
import { isProcessor, type Target } from "./target.ts";

/** Variables that change how programs are loaded. */
const LOADER_VARIABLES = [
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "DYLD_LIBRARY_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
];

/**
 * The environment of child processes, on top of the parent's. Deno starts no program with a variable of the loader's
 * unless it may start any, so these are emptied, and the folders of LD_LIBRARY_PATH are handed on under another name:
 * what lies there is loaded by its path (see `preloadPaths`).
 */
export function runtimeEnvironment(): Record<string, string> {
  const folders = environmentVariable("LD_LIBRARY_PATH") ||
    environmentVariable(HANDED_LIBRARY_PATH);
  return {
    ...Object.fromEntries(LOADER_VARIABLES.map((name) => [name, ""])),
    ...(folders === null ? {} : { [HANDED_LIBRARY_PATH]: folders }),
  };
}

/**
 * What a process that opens `target` must be allowed besides reading: to load libraries, and to know where from.
 *
 * ONNX Runtime on an accelerator is called by pointer, for which Deno has no permission narrower than all native code.
 */
export function runtimeFlags(target: Target): string[] {
  const isCalledByPointer = target.backend === "onnx" && !isProcessor(target);
  return [
    isCalledByPointer
      ? "--allow-ffi"
      : `--allow-ffi=${[PACKAGES_FOLDER, ...preloadPaths(target)].map(withoutComma).join(",")}`,
    `--allow-env=${[HANDED_LIBRARY_PATH, "VK_DRIVER_FILES", "VK_ICD_FILENAMES"].join(",")}`,
  ];
}

/** Deno splits a flag's value at commas; a path from the working folder leaves out one in a folder above. */
function withoutComma(path: string): string {
  return path.includes(",") ? relative(Deno.cwd(), path) || "." : path;
}
