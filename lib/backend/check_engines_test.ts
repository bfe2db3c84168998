import { deepEqual } from "node:assert/strict";
import { checkDevices } from "./check_engines.ts";
import type { DeviceFacts } from "./resolve_target.ts";

/** A machine where only these work, those lack a file, and all others do not work. */
const machine = (works: readonly string[], lacks: readonly string[]): DeviceFacts => ({
  missing: ({ backend, device }) =>
    lacks.includes(`${backend} ${device}`)
      ? [{ file: "/x/a.so", neededBy: null, fix: "get it" }, {
        file: "b.so",
        neededBy: "a.so",
        fix: "get it",
      }]
      : [],
  probe: ({ backend, device }) =>
    Promise.resolve(
      works.includes(`${backend} ${device}`)
        ? { ok: true, seconds: 0.51, detail: "" }
        : { ok: false, seconds: 0.1, detail: "out of order" },
    ),
});

Deno.test("devices work, are absent with the files they lack, or are broken with the reason", async () => {
  const found = await checkDevices(
    machine(["onnx cpu", "tfjs wasm"], ["onnx cuda", "onnx tensorrt", "tfjs cpu", "tfjs cuda"]),
  );
  const lacking = ["absent", "missing: a.so, b.so", "get it", false];
  deepEqual(
    found.map(({ name, state, detail, fix, isNeeded }) => [name, state, detail, fix, isNeeded]),
    [
      ["onnx cpu", "ok", "computes what it should, tried in 0.5 s", "", true],
      ["onnx cuda", ...lacking],
      [
        "onnx webgpu",
        "broken",
        "out of order",
        "install a Vulkan driver for the GPU; where it is in an unusual folder, name its JSON file in VK_DRIVER_FILES",
        false,
      ],
      ["onnx tensorrt", ...lacking],
      ["tfjs cpu", ...lacking],
      ["tfjs cuda", ...lacking],
      ["tfjs wasm", "ok", "computes what it should, tried in 0.5 s", "", false],
    ],
  );
});

Deno.test("only ONNX Runtime's processor is needed, and says so when it does not work", async () => {
  const needed = (await checkDevices(machine([], []))).filter(({ isNeeded }) => isNeeded);
  deepEqual(needed.map(({ name, state }) => [name, state]), [["onnx cpu", "broken"]]);
});
