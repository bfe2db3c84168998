/** Deno, the engines, and each device of theirs, tried. */
import { relative } from "node:path";
import {
  deviceLibraries,
  fixFor,
  missingFiles,
  PROVIDER_FILES,
  SHARED_PROVIDER_FILE,
} from "./device_libraries.ts";
import { type Finding, finding } from "./finding.ts";
import { firstLibrary, inFolders } from "./library_search.ts";
import { onnxRuntimeFolder, onnxRuntimeVersion, packageVersion } from "./onnx_package.ts";
import { type DeviceFacts, MACHINE_FACTS } from "./resolve_target.ts";
import { DEVICES_OF, type Target } from "./target.ts";
import { tfjsFiles, tfjsGpuFolder, tfjsNodeFolder } from "./tfjs_package.ts";

/** Deno's first version that everything here was run with. */
const LEAST_DENO = [2, 9] as const;

/** The runtime and the packages that compute. */
export function checkEngines(): Finding[] {
  const area = "engines";
  const [major, minor] = Deno.version.deno.split(".").map(Number) as [number, number];
  const isRecent = major > LEAST_DENO[0] || (major === LEAST_DENO[0] && minor >= LEAST_DENO[1]);
  const onnx = onnxRuntimeVersion(), wasm = packageVersion("@tensorflow/tfjs-backend-wasm");
  const install = { fix: "deno install", isNeeded: true };
  return [
    finding(area, "deno", isRecent ? "ok" : "broken", Deno.version.deno, {
      fix: isRecent ? "" : `deno upgrade (${LEAST_DENO.join(".")} or later)`,
      isNeeded: true,
    }),
    onnx === null
      ? finding(area, "onnxruntime-node", "broken", "not installed", install)
      : finding(area, "onnxruntime-node", "ok", onnx, { isNeeded: true }),
    wasm === null
      ? finding(area, "tfjs wasm", "absent", "not installed", { fix: "deno install" })
      : finding(area, "tfjs wasm", "ok", wasm),
    checkNative("tfjs-node", tfjsNodeFolder()),
    checkNative("tfjs-node-gpu", tfjsGpuFolder()),
  ];
}

function checkNative(name: string, folder: string): Finding {
  const missing = tfjsFiles(folder).filter((path) => firstLibrary([path]) === null);
  if (missing.length === 0) return finding("engines", name, "ok", shown(folder));
  return finding("engines", name, "absent", `no ${shown(missing[0]!)}`);
}

/** A path as it is called from here, where that is shorter. */
function shown(path: string): string {
  const from = relative(Deno.cwd(), path);
  return from.startsWith("..") ? path : from;
}

/** Every device of every engine; those whose files are there are tried, all at once. */
export async function checkDevices(facts: DeviceFacts = MACHINE_FACTS): Promise<Finding[]> {
  const targets = Object.entries(DEVICES_OF).flatMap(([backend, devices]) =>
    devices.map((device) => ({ backend, device }) as Target)
  );
  return await Promise.all(targets.map((target) => checkDevice(target, facts)));
}

async function checkDevice(target: Target, facts: DeviceFacts): Promise<Finding> {
  const { backend, device } = target, isNeeded = backend === "onnx" && device === "cpu";
  const missing = facts.missing(target);
  if (missing.length > 0) {
    const names = missing.map(({ file }) => file.split("/").at(-1));
    const fixes = [...new Set(missing.map(({ fix }) => fix))];
    const detail = `missing: ${names.join(", ")}`;
    return finding("devices", `${backend} ${device}`, "absent", detail, { fix: fixes.join("; ") });
  }
  const { ok, seconds, detail } = await facts.probe(target);
  if (ok) {
    const tried = `computes what it should, tried in ${seconds.toFixed(1)} s`;
    return finding("devices", `${backend} ${device}`, "ok", tried, { isNeeded });
  }
  const fix = isNeeded ? "deno install; then `deno task doctor` again" : FIXES[device] ?? "";
  return finding("devices", `${backend} ${device}`, "broken", detail, { fix, isNeeded });
}

/** What to look at when a device's files are there and it does not work. */
const FIXES: Partial<Record<Target["device"], string>> = {
  cuda: 'see "graphics" below: the driver has to be as new as the libraries',
  tensorrt: 'see "graphics" below: the driver has to be as new as the libraries',
  webgpu:
    "install a Vulkan driver for the GPU; where it is in an unusual folder, name its JSON file in " +
    "VK_DRIVER_FILES",
};

/** The libraries behind CUDA and TensorRT, file by file; only the first one where that is not there. */
export function checkLibraries(): Finding[] {
  const area = "libraries", folder = onnxRuntimeFolder();
  const findings: Finding[] = [];
  for (
    const [device, file] of Object.entries({ shared: SHARED_PROVIDER_FILE, ...PROVIDER_FILES })
  ) {
    const found = firstLibrary(inFolders([folder], file));
    if (found === null) {
      const fix = missingFiles({ backend: "onnx", device: "cuda" }).find(({ neededBy }) =>
        neededBy === null
      )
        ?.fix ?? "deno task setup:cuda";
      findings.push(finding(area, file, "absent", `not in ${shown(folder)}`, { fix }));
      continue;
    }
    findings.push(finding(area, file, "ok", shown(found.path)));
    if (device === "shared") continue;
    const target = { backend: "onnx", device: device as keyof typeof PROVIDER_FILES } as const;
    for (const { soname, neededBy, path, isFoundByLoader } of deviceLibraries(target)) {
      if (findings.some(({ name }) => name === soname)) continue;
      const how = isFoundByLoader ? "" : ", loaded from there before it is asked for";
      findings.push(
        path === null
          ? finding(area, soname, "absent", `${neededBy} asks for it`, {
            fix: fixFor(soname, folder),
          })
          : finding(area, soname, "ok", `${shown(path)}${how}`),
      );
    }
  }
  return findings;
}
