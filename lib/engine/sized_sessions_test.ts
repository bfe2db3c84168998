import { deepEqual, equal } from "node:assert/strict";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { hostTensor, program } from "../tensor/program.ts";
import { floats } from "../tensor/runtime.ts";
import { SizedSessions } from "./sized_sessions.ts";

const runtime = await onnxRuntime({ threads: 1 });

Deno.test("SizedSessions compiles a size once while it is kept, and lets go of the one used longest ago", async () => {
  const compiled: number[] = [];
  const sessions = new SizedSessions(runtime, (rows) => {
    compiled.push(rows);
    return program({ x: { shape: [rows] } }, (ops, { x }) => ({ y: ops.mul(x, 2) }));
  }, { kept: 2 });
  for (const rows of [1, 2, 1, 3, 1, 2]) { // 3 takes the place of 2, and 2 that of 3
    const session = await sessions.of(rows);
    const { values } = await session.run({ x: hostTensor(new Float32Array(rows).fill(3), [rows]) });
    deepEqual([...values.y!], Array(rows).fill(6));
  }
  deepEqual(compiled, [1, 2, 3, 2]);
  await sessions.release();
});

Deno.test("SizedSessions leaves with the runtime what it is told to", async () => {
  const sessions = new SizedSessions(
    runtime,
    (rows) => program({ x: { shape: [rows] } }, (ops, { x }) => ({ y: ops.neg(x), z: ops.exp(x) })),
    { resident: ["y"] },
  );
  const outputs = await (await sessions.of(1)).run({ x: hostTensor(Float32Array.of(0), [1]) });
  equal(floats(outputs, "z")[0], 1);
  deepEqual(Object.keys(outputs.values), ["z"]);
  deepEqual([...await runtime.read(outputs.resident.y!)], [-0]);
  await sessions.release();
});
