/**
 * The process of a test: trains on WebGPU and on the processor, and prints what differs as a line of JSON. Every update
 * takes its parameters from where the one before left them.
 */
import { randomSource } from "../../core/random.ts";
import { hostTensor, type Program, program } from "../../tensor/program.ts";
import { floats, type ResidentTensor, type TensorRuntime } from "../../tensor/runtime.ts";
import { openRuntime } from "../open_runtime.ts";
import { ONE_THREAD } from "../target.ts";

const ROWS = 6, WIDTH = 8, PARTS = 20, UPDATES = 40;
const MATRIX = [WIDTH, WIDTH], SIZE = PARTS * WIDTH * WIDTH;

/** Gradient descent with momentum through as many layers as would be too wide for one operation. */
const UPDATE: Program = program(
  { parameters: { shape: [SIZE] }, moment: { shape: [SIZE] }, x: { shape: [ROWS, WIDTH] } },
  (ops, { parameters, moment, x }) => {
    const { loss, gradients: [gradient] } = ops.differentiate([parameters], () => {
      const matrices = ops.split(parameters, Array<number>(PARTS).fill(WIDTH * WIDTH), 0);
      const last = matrices.reduce(
        (row, matrix) =>
          ops.add(row, ops.mul(ops.matMul(ops.rmsNorm(row), ops.reshape(matrix, MATRIX)), 0.1)),
        x,
      );
      return { loss: ops.neg(ops.sum(ops.slice(ops.logSoftmax(last), 1, 0, 1))) };
    });
    const after = ops.add(ops.mul(moment, 0.9), gradient!);
    return { loss, parametersAfter: ops.sub(parameters, ops.mul(after, 0.01)), momentAfter: after };
  },
);

async function train(runtime: TensorRuntime) {
  const random = randomSource(1, "webgpu");
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
  const session = await runtime.compile(UPDATE, ["parametersAfter", "momentAfter"]);
  let parameters = await runtime.place(hostTensor(normal(SIZE), [SIZE]));
  let moment = await runtime.place(hostTensor(new Float32Array(SIZE), [SIZE]));
  let spare: Record<string, ResidentTensor> = {};
  const losses: number[] = [];
  for (let k = 0; k < UPDATES; k++) {
    const x = hostTensor(normal(ROWS * WIDTH), [ROWS, WIDTH]);
    const outputs = await session.run({ parameters, moment, x }, spare);
    losses.push(floats(outputs, "loss")[0]!);
    spare = { parametersAfter: parameters, momentAfter: moment };
    parameters = outputs.resident.parametersAfter!;
    moment = outputs.resident.momentAfter!;
  }
  const trained = await runtime.read(parameters);
  const again = await runtime.read(parameters);
  const isRefused = await refusal(() => session.run({ parameters, moment }));
  runtime.free(parameters);
  const isFreed = await refusal(() => runtime.read(parameters));
  await session.release();
  return { losses, trained, isSame: trained.every((x, i) => x === again[i]), isRefused, isFreed };
}

/** The error's message; "" for none. */
const refusal = (body: () => Promise<unknown>): Promise<string> =>
  body().then(() => "", (error: Error) => error.message);

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

if (import.meta.main) {
  const device = await train(await openRuntime({ ...ONE_THREAD, device: "webgpu" }));
  const processor = await train(await openRuntime(ONE_THREAD));
  console.log(JSON.stringify({
    losses: largest(device.losses, processor.losses),
    parameters: largest(device.trained, processor.trained),
    moved: Math.abs(processor.losses[0]! - processor.losses.at(-1)!),
    isSame: device.isSame,
    isRefused: device.isRefused,
    isFreed: device.isFreed,
  }));
}
