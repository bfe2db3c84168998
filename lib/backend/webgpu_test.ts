import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./child.ts";
import { HANDED_LIBRARY_PATH } from "./library_search.ts";
import { missingFiles } from "./device_libraries.ts";
import { runtimeFlags } from "./runtime_environment.ts";
import { VULKAN_LOADER, vulkanDriverFiles } from "./vulkan.ts";

const TARGET = { backend: "onnx", device: "webgpu" } as const;
const CHILD = fileURLToPath(new URL("./testdata/webgpu_training.ts", import.meta.url));
/** A software driver and a loader, which browsers bring. */
const BROWSER_FOLDERS = ["/usr/lib/chromium", "/opt/google/chrome", "/opt/chromium.org/chromium"];
const BROWSER_DRIVER = "vk_swiftshader_icd.json";

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Runs `body` with variables of the environment, which are as before afterwards. */
async function withVariables<R>(
  variables: Readonly<Record<string, string>>,
  body: () => Promise<R>,
): Promise<R> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    return await body();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

/** What leads a process to a driver: nothing where the system has one, null where there is none at all. */
function driverVariables(): Record<string, string> | null {
  if (vulkanDriverFiles().length > 0 && missingFiles(TARGET).length === 0) return {};
  const folder = BROWSER_FOLDERS.find((path) =>
    exists(join(path, BROWSER_DRIVER)) && exists(join(path, VULKAN_LOADER))
  );
  if (folder === undefined) return null;
  return { VK_DRIVER_FILES: join(folder, BROWSER_DRIVER), [HANDED_LIBRARY_PATH]: folder };
}

const variables = Deno.build.os === "linux" ? driverVariables() : {};
if (variables === null) console.log("WebGPU is not tried: this machine has no driver for Vulkan");

Deno.test({
  name: "WebGPU trains as the processor does, with parameters that stay on the device",
  ignore: variables === null,
  async fn() {
    const { lines, log, fault } = await withVariables(
      variables!,
      () => runChild(CHILD, [], ["--allow-read", ...runtimeFlags(TARGET)], 120_000),
    );
    equal(fault, null, log);
    const { losses, parameters, moved, isSame, isRefused, isFreed } = JSON.parse(lines.at(-1)!);
    ok(moved > 0.1, `the loss moved by ${moved}`);
    ok(losses < 1e-3 && parameters < 1e-4, `losses differ by ${losses}, parameters ${parameters}`);
    ok(isSame);
    match(isRefused, /^x: expected a tensor, got none$/);
    match(isFreed, /has not been freed/);
  },
});
