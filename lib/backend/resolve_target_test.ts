import { deepEqual, equal, rejects } from "node:assert/strict";
import { ConfigError } from "../core/errors.ts";
import type { MissingFile } from "./device_libraries.ts";
import { type DeviceFacts, resolveTarget } from "./resolve_target.ts";
import type { Target } from "./target.ts";

const name = ({ backend, device }: Target) => `${backend} ${device}`;

/** A machine where these targets lack files, and these do not work. Targets that are tried go to `tried`. */
function machine(
  missing: Readonly<Record<string, readonly MissingFile[]>>,
  broken: Readonly<Record<string, string>> = {},
  tried: string[] = [],
): DeviceFacts {
  return {
    missing: (target) => missing[name(target)] ?? [],
    probe(target) {
      tried.push(name(target));
      const detail = broken[name(target)] ?? "";
      return Promise.resolve({ ok: detail === "", seconds: 2.04, detail });
    },
  };
}

const PROVIDER: MissingFile = {
  file: "/packages/libonnxruntime_providers_cuda.so",
  neededBy: null,
  fix: "deno task setup:cuda",
};
const DRIVER: MissingFile = { file: "libcuda.so.1", neededBy: "p.so", fix: "install a driver" };
const CUBLAS: MissingFile = { ...DRIVER, file: "libcublas.so.13", fix: "deno task setup:cuda" };
const BINDING: MissingFile = { ...PROVIDER, file: "/p/tfjs_binding.node", fix: "install it" };

Deno.test("auto takes CUDA where it works, and says that it was tried", async () => {
  deepEqual(await resolveTarget({ backend: "onnx", device: "auto" }, machine({})), {
    target: { backend: "onnx", device: "cuda" },
    reason: "cuda: works, tried in 2.0 s",
  });
});

Deno.test("auto takes the processor where CUDA's files are not there, tries nothing, and says what is missing", async () => {
  const tried: string[] = [];
  const on = (...missing: MissingFile[]) =>
    resolveTarget(
      { backend: "onnx", device: "auto" },
      machine({ "onnx cuda": missing }, {}, tried),
    );
  const target = { backend: "onnx", device: "cpu" };
  deepEqual(await on(PROVIDER), {
    target,
    reason: "cpu: no CUDA (libonnxruntime_providers_cuda.so is not there: `deno task setup:cuda`)",
  });
  deepEqual(await on(CUBLAS, { ...CUBLAS, file: "libcudnn.so.9" }, DRIVER), {
    target,
    reason: "cpu: no CUDA (libcublas.so.13, libcudnn.so.9 are not there: `deno task setup:cuda`; " +
      "libcuda.so.1 is not there: install a driver)",
  });
  deepEqual(tried, []);
});

Deno.test("auto takes the processor where CUDA is installed and does not work", async () => {
  const facts = machine({}, { "onnx cuda": "CUDA failure 35: driver too old" });
  deepEqual(await resolveTarget({ backend: "onnx", device: "auto" }, facts), {
    target: { backend: "onnx", device: "cpu" },
    reason:
      "cpu: CUDA is installed and does not work (CUDA failure 35: driver too old; `deno task doctor`)",
  });
});

Deno.test("TensorFlow.js falls back to its library for processors, then to WebAssembly", async () => {
  const auto = { backend: "tfjs", device: "auto" } as const;
  const gone = { "tfjs cuda": [BINDING] };
  deepEqual(await resolveTarget(auto, machine(gone)), {
    target: { backend: "tfjs", device: "cpu" },
    reason: "cpu: works, tried in 2.0 s; no CUDA (tfjs_binding.node is not there: install it)",
  });
  deepEqual(await resolveTarget(auto, machine({ ...gone, "tfjs cpu": [BINDING] })), {
    target: { backend: "tfjs", device: "wasm" },
    reason: "wasm: no CUDA (tfjs_binding.node is not there: install it); " +
      "no native library (tfjs_binding.node is not there: install it)",
  });
});

Deno.test("a device asked for by name is tried, and one that needs nothing is not", async () => {
  const tried: string[] = [];
  const facts = machine({}, {}, tried);
  const targets: Target[] = [
    { backend: "onnx", device: "cpu" },
    { backend: "tfjs", device: "wasm" },
    { backend: "onnx", device: "webgpu" },
    { backend: "onnx", device: "tensorrt" },
    { backend: "tfjs", device: "cpu" },
  ];
  for (const target of targets) {
    const resolved = await resolveTarget(target, facts);
    deepEqual(resolved, { target, reason: `${target.device}: asked for by name` });
  }
  deepEqual(tried, ["onnx webgpu", "onnx tensorrt", "tfjs cpu"]);
});

Deno.test("a device asked for by name that is not there, or does not work, is an error with the fix", async () => {
  const refused = (target: Target, facts: DeviceFacts, message: string) =>
    rejects(resolveTarget(target, facts), (error) => {
      equal(error instanceof ConfigError && error.message, message);
      return true;
    });
  const cuda = { backend: "onnx", device: "cuda" } as const;
  await refused(
    cuda,
    machine({ "onnx cuda": [CUBLAS, DRIVER] }),
    "--device: expected a device that is there, got cuda: libcublas.so.13 is not there: " +
      "`deno task setup:cuda`; libcuda.so.1 is not there: install a driver",
  );
  await refused(
    cuda,
    machine({}, { "onnx cuda": "no device" }),
    "--device: expected a device that is there, got cuda: no device; `deno task doctor` says more",
  );
  await refused(
    { backend: "tfjs", device: "webgpu" },
    machine({}),
    "--device: expected auto, cpu, cuda, wasm with --backend tfjs, got webgpu, which is for --backend onnx",
  );
  await refused(
    { backend: "onnx", device: "wasm" },
    machine({}),
    "--device: expected auto, cpu, cuda, webgpu, tensorrt with --backend onnx, got wasm, which is for --backend tfjs",
  );
});

Deno.test("on this machine every engine has a device, and whoever names one learns what is missing", async () => {
  for (const backend of ["onnx", "tfjs"] as const) {
    const { target, reason } = await resolveTarget({ backend, device: "auto" });
    equal(target.backend, backend);
    equal(reason.startsWith(`${target.device}: `), true);
  }
});
