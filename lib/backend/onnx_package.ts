/** Where the installed ONNX Runtime is. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that packages are installed in; native code may be loaded from there. */
export const PACKAGES_FOLDER = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const PACKAGE = join(PACKAGES_FOLDER, "onnxruntime-node");
const PLATFORMS: Readonly<Record<string, string>> = { windows: "win32" };
const PROCESSORS = { x86_64: "x64", aarch64: "arm64" } as const;

/** The folder with ONNX Runtime's native libraries: the one that it looks for its device libraries in. */
export function onnxRuntimeFolder(): string {
  const { os, arch } = Deno.build;
  return join(PACKAGE, "bin", "napi-v6", PLATFORMS[os] ?? os, PROCESSORS[arch]);
}

/** The path of ONNX Runtime's library itself. */
export function onnxRuntimeLibrary(): string {
  const names: Readonly<Record<string, string>> = {
    darwin: "libonnxruntime.1.dylib",
    windows: "onnxruntime.dll",
  };
  return join(onnxRuntimeFolder(), names[Deno.build.os] ?? "libonnxruntime.so.1");
}

/** The installed version of ONNX Runtime; null when it is not installed. */
export const onnxRuntimeVersion = (): string | null => packageVersion("onnxruntime-node");

/** The installed version of a package that the project names; null when it is not installed. */
export function packageVersion(name: string): string | null {
  try {
    const { version } = JSON.parse(
      Deno.readTextFileSync(join(PACKAGES_FOLDER, name, "package.json")),
    );
    return String(version);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
