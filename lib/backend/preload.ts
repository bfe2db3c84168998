/** Loads native libraries from where the loader does not look. */
import { preloadPaths } from "./device_libraries.ts";
import type { Target } from "./target.ts";

/**
 * Loads what {@link preloadPaths} says, so that the engine's libraries find it. To be called before a target is
 * opened; what is loaded stays so until the process ends.
 *
 * Errors: one of Deno's that names the file when it may not be loaded, or the loader's own.
 */
export function preloadLibraries(target: Target): void {
  for (const path of preloadPaths(target)) Deno.dlopen(path, {});
}
