/**
 * The process that tries a target, given as JSON: one small product of matrices, compared with its value. One line of
 * JSON says how it went. Native code that aborts or hangs takes this process with it and no other.
 */
import { hostTensor, program } from "../tensor/program.ts";
import { floats } from "../tensor/runtime.ts";
import { openRuntime } from "./open_runtime.ts";
import type { ProbeResult } from "./probe.ts";
import type { Target } from "./target.ts";

const SIZE = 4;
/** Differences above this are no rounding: products of small integers are exact even in half precision. */
const TOLERANCE = 1e-3;

/** y = x·x, and so that no two elements of y are equal. */
function expected(x: Float32Array): Float32Array {
  return x.map((_, at) => {
    const row = Math.floor(at / SIZE) * SIZE, column = at % SIZE;
    let sum = 0;
    for (let k = 0; k < SIZE; k++) sum += x[row + k]! * x[k * SIZE + column]!;
    return sum;
  });
}

async function multiply(target: Target, x: Float32Array): Promise<Float32Array> {
  const shape = [SIZE, SIZE];
  const runtime = await openRuntime({ ...target, threads: 1 });
  const session = await runtime.compile(
    program({ x: { shape } }, (ops, { x }) => ({ y: ops.matMul(x, x) })),
  );
  return floats(await session.run({ x: hostTensor(x, shape) }), "y");
}

async function probe(target: Target): Promise<ProbeResult> {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const x = Float32Array.from({ length: SIZE * SIZE }, (_, at) => at + 1);
    const y = await multiply(target, x);
    const difference = expected(x).reduce(
      (most, value, at) => Math.max(most, Math.abs(value - y[at]!)),
      0,
    );
    if (difference <= TOLERANCE) return { ok: true, seconds: seconds(), detail: "" };
    return {
      ok: false,
      seconds: seconds(),
      detail: `a product of matrices is off by ${difference}`,
    };
  } catch (error) {
    return {
      ok: false,
      seconds: seconds(),
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

if (import.meta.main) {
  const result = await probe(JSON.parse(Deno.args[0]!));
  console.log(`\n${JSON.stringify(result)}`);
  Deno.exit(0); // devices may crash while they are taken down, after all is said
}
