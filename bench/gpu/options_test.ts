import { deepEqual, equal, throws } from "node:assert/strict";
import { readGpuOptions, USAGE } from "./options.ts";

Deno.test("readGpuOptions() measures everything on a GPU, where nothing else is asked for", () => {
  const options = readGpuOptions([])!;
  equal(options.device, "cuda");
  deepEqual(options.parts, ["train", "rollout"]);
  equal(options.hasConformance, true);
  deepEqual(options.policies, ["small", "medium", "large"]);
  deepEqual(options.ours.map(({ backend, device }) => `${backend}/${device}`), [
    "onnx/cuda",
    "onnx/webgpu",
    "onnx/tensorrt",
    "tfjs/cuda",
  ]);
});

Deno.test("readGpuOptions() takes parts, policies and targets, those of onnx without its name", () => {
  const options = readGpuOptions(
    ["rollout", "--ours", "webgpu,tfjs/cuda", "--policies=large,small", "--quick"],
  )!;
  deepEqual(options.parts, ["rollout"]);
  equal(options.hasConformance, false);
  equal(options.isQuick, true);
  deepEqual(options.policies, ["large", "small"]);
  deepEqual(options.ours, [
    { backend: "onnx", device: "webgpu" },
    { backend: "tfjs", device: "cuda" },
  ]);
  deepEqual(readGpuOptions(["--device", "cpu"])!.policies, ["small"]);
});

Deno.test("readGpuOptions() refuses what it does not know, and says what it knows", () => {
  throws(() => readGpuOptions(["--devise", "cpu"]), /no such option; did you mean "device"/);
  throws(
    () => readGpuOptions(["--device", "wasm"]),
    /--device: expected one of cuda, cpu, got wasm/,
  );
  throws(() => readGpuOptions(["trian"]), /did you mean "train"/);
  throws(() => readGpuOptions(["--ours", "wasm"]), /--ours: expected one of cpu, cuda/);
  throws(() => readGpuOptions(["--policies", "huge"]), /--policies: expected one of small/);
});

Deno.test("readGpuOptions() gives nothing for --help, whose text names every option", () => {
  equal(readGpuOptions(["--help"]), null);
  for (const name of ["device", "ours", "policies", "python", "setup", "out", "quick"]) {
    equal(USAGE.includes(`--${name}`), true, name);
  }
});
