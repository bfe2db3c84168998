/** The native libraries behind each device: what is needed, what is not there, and where it can be had. */
import { join } from "node:path";
import { neededLibraries, type NeededLibrary } from "./library_closure.ts";
import {
  firstLibrary,
  inFolders,
  type LibraryFile,
  type LoaderSettings,
  loaderSettings,
} from "./library_search.ts";
import { NVIDIA_PACKAGES, TENSORFLOW_NVIDIA_PACKAGES } from "./nvidia_packages.ts";
import { onnxRuntimeFolder } from "./onnx_package.ts";
import { VULKAN_LOADER, vulkanLibraries, WEBGPU_FILE } from "./vulkan.ts";
import { tfjsFiles, tfjsGpuFolder, tfjsNodeFolder } from "./tfjs_package.ts";
import type { Target } from "./target.ts";

/** A file that a device needs and that is not there. */
export interface MissingFile {
  readonly file: string;
  /** The library that asks for it; null for the first one. */
  readonly neededBy: string | null;
  readonly fix: string;
}

/** ONNX Runtime's own library for a device, which it loads when a session asks for the device. */
export const PROVIDER_FILES = {
  cuda: "libonnxruntime_providers_cuda.so",
  tensorrt: "libonnxruntime_providers_tensorrt.so",
} as const;
/** What every provider library is loaded with. */
export const SHARED_PROVIDER_FILE = "libonnxruntime_providers_shared.so";

/** The driver's library. */
export const DRIVER = "libcuda.so.1";
/** The driver that CUDA 13 needs at least: its release notes, table "CUDA Toolkit and Minimum Required Driver". */
export const LEAST_DRIVER = 580;

/**
 * Libraries that no dynamic section mentions, as they are opened by name: by ONNX Runtime's CUDA provider
 * (onnxruntime/core/providers/cuda/cudnn_loader.cc), and by NVIDIA's libraries (the names are in them). Not cuFFT,
 * which the provider opens for Fourier transforms alone.
 */
const OPENED_BY_NAME: Readonly<Record<string, readonly string[]>> = {
  [PROVIDER_FILES.cuda]: ["libcudnn.so.9"],
  "libcublasLt.so.13": ["libnvrtc.so.13"],
  "libcudnn.so.9": [
    "libcudnn_graph.so.9",
    "libcudnn_ops.so.9",
    "libcudnn_cnn.so.9",
    "libcudnn_adv.so.9",
  ],
  "libcudnn_graph.so.9": [
    "libcudnn_engines_precompiled.so.9",
    "libcudnn_engines_runtime_compiled.so.9",
    "libcudnn_heuristic.so.9",
    "libnvrtc.so.13",
  ],
  "libnvrtc.so.13": ["libnvrtc-builtins.so.13.0"],
};

/** What TensorFlow opens by name for CUDA 12 (openxla/xla:xla/tsl/cuda), if it was built for it. */
const OPENED_BY_TENSORFLOW: Readonly<Record<string, readonly string[]>> = {
  "libtensorflow_framework.so.2": [
    DRIVER,
    ...TENSORFLOW_NVIDIA_PACKAGES.flatMap(({ sonames }) => sonames),
  ],
};

/** Where drivers and toolkits are besides the loader's folders: containers, WSL, NixOS, the toolkit's default. */
const DRIVER_FOLDERS = [
  "/usr/local/nvidia/lib64",
  "/usr/lib/wsl/lib",
  "/run/opengl-driver/lib",
  "/usr/lib64-nvidia",
  "/usr/local/cuda/lib64",
];

/** Where {@link missingFiles} and {@link preloadPaths} look. */
export interface Places {
  /** The folder of ONNX Runtime's libraries. */
  readonly onnx: string;
  readonly loader: LoaderSettings;
}

const THIS_MACHINE: Places = {
  onnx: onnxRuntimeFolder(),
  // Read when it is needed: where ONNX Runtime's own CUDA library is not there, nothing is.
  get loader() {
    return loaderSettings();
  },
};

/** The files that a target begins with, the first of which asks for all others; none where no file decides. */
function ownFiles({ backend, device }: Target, { onnx }: Places): string[] {
  if (backend === "onnx") {
    const names = device === "cuda" || device === "tensorrt"
      ? [PROVIDER_FILES[device], SHARED_PROVIDER_FILE]
      : device === "webgpu" && Deno.build.os === "linux"
      ? [WEBGPU_FILE]
      : [];
    return names.map((name) => join(onnx, name));
  }
  if (device === "cuda") return tfjsFiles(tfjsGpuFolder());
  return device === "cpu" ? tfjsFiles(tfjsNodeFolder()) : [];
}

/** Everything the native libraries of a target ask for, in loading order; empty where no file decides. */
export function deviceLibraries(target: Target, places: Places = THIS_MACHINE): NeededLibrary[] {
  const [root] = ownFiles(target, places);
  if (root === undefined) return [];
  const { loader } = places;
  return neededLibraries(root, {
    loader,
    folders: DRIVER_FOLDERS,
    openedByName: openedByName(target),
  }) ?? [];
}

function openedByName({ backend, device }: Target): Readonly<Record<string, readonly string[]>> {
  if (device === "webgpu") return vulkanLibraries();
  if (backend === "onnx") return OPENED_BY_NAME;
  return device === "cuda" ? OPENED_BY_TENSORFLOW : {};
}

/**
 * The files without which a target cannot work, each with the way to get it; empty when all are there. Quick: where
 * the first file is not there, nothing else is looked for.
 */
export function missingFiles(target: Target, places: Places = THIS_MACHINE): MissingFile[] {
  const absent = ownFiles(target, places).filter((path) => firstLibrary([path]) === null);
  if (absent.length > 0) {
    const fix = target.backend === "onnx" ? ownFix() : tfjsFix(target.device);
    return absent.map((file) => ({ file, neededBy: null, fix }));
  }
  return deviceLibraries(target, places)
    .filter(({ path, neededBy }) => path === null && neededBy !== VULKAN_LOADER) // one driver will do
    .map(({ soname, neededBy }) => ({ file: soname, neededBy, fix: fixFor(soname, places.onnx) }));
}

/**
 * Paths of libraries to load, in this order, before a target is opened: those that are there but where the loader
 * does not look. The process that loads them needs `--allow-ffi` for them.
 *
 * A library that is loaded is found by its soname, whoever asks for it. LD_LIBRARY_PATH is no way: Deno starts no
 * child with it unless it may start any program.
 */
export function preloadPaths(target: Target, places: Places = THIS_MACHINE): string[] {
  return deviceLibraries(target, places)
    .flatMap(({ path, isFoundByLoader }) => path === null || isFoundByLoader ? [] : [path]);
}

const isLinuxX64 = () => Deno.build.os === "linux" && Deno.build.arch === "x86_64";

function ownFix(): string {
  return isLinuxX64()
    ? "deno task setup:cuda"
    : "onnxruntime-node has CUDA on Linux with x86-64 processors only; use --device cpu or webgpu";
}

function tfjsFix(device: Target["device"]): string {
  if (!isLinuxX64()) {
    return "TensorFlow's library is installed on Linux with x86-64 processors only; use --device wasm";
  }
  return device === "cuda"
    ? "deno task setup:tfjs cuda; or use --backend onnx, which needs less"
    : "deno task setup:tfjs cpu; or use --device wasm, which needs nothing";
}

/** How to get the library called `soname`. */
export function fixFor(soname: string, onnxFolder: string): string {
  if (NVIDIA_PACKAGES.some(({ sonames }) => sonames.includes(soname))) {
    return "deno task setup:cuda";
  }
  if (TENSORFLOW_NVIDIA_PACKAGES.some(({ sonames }) => sonames.includes(soname))) {
    return "deno task setup:tfjs cuda";
  }
  if (soname === DRIVER) {
    return `install NVIDIA's driver, version ${LEAST_DRIVER} or later; ` +
      "in a container, start it with the GPU (docker run --gpus all)";
  }
  if (/^libnv(infer|onnxparser)/.test(soname)) {
    return `copy it from TensorRT 10 for CUDA 13 (developer.nvidia.com/tensorrt) to ${onnxFolder}`;
  }
  if (/^lib(cu|nv)/.test(soname)) {
    return `copy it from NVIDIA's CUDA toolkit of that version to ${onnxFolder}`;
  }
  if (soname === VULKAN_LOADER) {
    return "install Vulkan's loader and a driver for it (Debian: libvulkan1, and mesa-vulkan-drivers or " +
      "NVIDIA's driver)";
  }
  return `install the system's package with ${soname}` +
    (soname === "libz.so.1" ? " (Debian: zlib1g)" : "");
}

/** The driver's library, wherever it is; null when it is nowhere. */
export function findDriver({ environment, cache, folders } = loaderSettings()): LibraryFile | null {
  return firstLibrary([
    ...inFolders(environment, DRIVER),
    ...cache.get(DRIVER) ?? [],
    ...inFolders([...folders, ...DRIVER_FOLDERS], DRIVER),
  ]);
}
