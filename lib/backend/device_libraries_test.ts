import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { fixFor, missingFiles, preloadPaths } from "./device_libraries.ts";
import { NVIDIA_PACKAGES } from "./nvidia_packages.ts";
import { elfFile, type ElfParts } from "./testdata/elf_file.ts";

const CUDA = { backend: "onnx", device: "cuda" } as const;
const PROVIDER = "libonnxruntime_providers_cuda.so";
const SHARED = "libonnxruntime_providers_shared.so";
const CUDNN_PARTS = NVIDIA_PACKAGES.at(-1)!.sonames.slice(1);

/** Libraries as NVIDIA builds them: they find each other, and the provider finds none of them. */
const INSTALLED: Readonly<Record<string, ElfParts>> = {
  [PROVIDER]: {
    needed: ["libcublasLt.so.13", "libcublas.so.13", "libcudart.so.13", "libcuda.so.1"],
  },
  [SHARED]: {},
  "libcudart.so.13": {},
  "libcublasLt.so.13": { runpath: "$ORIGIN" },
  "libcublas.so.13": { needed: ["libcublasLt.so.13"], runpath: "$ORIGIN" },
  "libnvrtc.so.13": {},
  "libnvrtc-builtins.so.13.0": {},
  "libcudnn.so.9": { runpath: "$ORIGIN" },
  ...Object.fromEntries(CUDNN_PARTS.map((name) => [name, { runpath: "$ORIGIN" }])),
};

function withInstalled<T>(
  without: readonly string[],
  use: (folder: string, system: string) => T,
): T {
  const folder = Deno.makeTempDirSync(), system = join(folder, "system");
  try {
    Deno.mkdirSync(system);
    for (const [name, parts] of Object.entries(INSTALLED)) {
      if (!without.includes(name)) Deno.writeFileSync(join(folder, name), elfFile(parts));
    }
    return use(folder, system);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const places = (onnx: string, ...folders: readonly string[]) => ({
  onnx,
  loader: { environment: [], cache: new Map(), folders },
});

Deno.test("without ONNX Runtime's own CUDA library, that is what is missing", () => {
  withInstalled([PROVIDER, "libcudart.so.13"], (folder) => {
    const [file, ...others] = missingFiles(CUDA, places(folder));
    deepEqual(others, []);
    equal(file!.file, join(folder, PROVIDER));
    if (Deno.build.os === "linux" && Deno.build.arch === "x86_64") {
      equal(file!.fix, "deno task setup:cuda");
    }
  });
});

Deno.test("with it, every library that nobody finds is named with who asks for it and how to get it", () => {
  withInstalled(["libcudart.so.13", "libcudnn_graph.so.9"], (folder) => {
    const missing = missingFiles(CUDA, places(folder));
    deepEqual(missing.map(({ file, neededBy }) => `${file} < ${neededBy}`), [
      `libcudart.so.13 < ${PROVIDER}`,
      `libcuda.so.1 < ${PROVIDER}`,
      "libcudnn_graph.so.9 < libcudnn.so.9",
    ]);
    equal(missing[0]!.fix, "deno task setup:cuda");
    match(missing[1]!.fix, /NVIDIA's driver, version 580 or later/);
  });
});

Deno.test("what the loader does not find by itself is loaded before, in an order in which it can be", () => {
  withInstalled([], (folder, system) => {
    Deno.writeFileSync(join(system, "libcuda.so.1"), elfFile({}));
    const known = places(folder, system);
    deepEqual(missingFiles(CUDA, known), []);
    deepEqual(preloadPaths(CUDA, known).map((path) => path.replace(`${folder}/`, "")), [
      "libnvrtc-builtins.so.13.0",
      "libcublasLt.so.13",
      "libcublas.so.13",
      "libcudart.so.13",
      "libcudnn.so.9",
    ]);
    deepEqual(preloadPaths(CUDA, places(folder, system, folder)), []);
    deepEqual(preloadPaths({ backend: "onnx", device: "cpu" }, known), []);
  });
});

Deno.test("each library has a way to get it", () => {
  match(fixFor("libnvinfer.so.10", "/here"), /TensorRT 10 for CUDA 13.* to \/here$/);
  match(fixFor("libz.so.1", "/here"), /zlib1g/);
  match(fixFor("libcublas.so.14", "/here"), /CUDA toolkit of that version to \/here$/);
});
