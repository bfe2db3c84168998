/**
 * Our side in a process of its own, which answers as the scripts of `bench/peers` do: one line of JSON per request. A
 * device that fails takes this process with it and no other, and what it takes of memory is one variant's.
 */
import { openRuntime } from "../lib/backend/open_runtime.ts";
import type { Compute } from "../lib/backend/target.ts";
import { decodeTensors, encodeTensors } from "../lib/core/safetensors.ts";
import { PolicyRuntime } from "../lib/engine/policy_runtime.ts";
import { promptTensors } from "../lib/engine/prompt_tensors.ts";
import { generationProgram } from "../lib/policy/generation.ts";
import { hostScalar, hostTensor } from "../lib/tensor/program.ts";
import { floats, integers, type TensorRuntime } from "../lib/tensor/runtime.ts";
import { type BatchShape, policyWork, type Preset } from "./policy_work.ts";
import { rolloutRandom, uniformsOf } from "./rollout_work.ts";
import { ourLearner, readTrainingWork } from "./train_work.ts";

/** What is prepared. */
interface WorkRequest {
  readonly part: "train" | "rollout";
  readonly preset: Preset;
  readonly batch: BatchShape;
  /** The work of the part, as it is handed to peers. */
  readonly file: string;
  /** Sequences per micro-batch or run; null: the engine's own number. */
  readonly rows: number | null;
}

/** Something that can be run again and again, and has been run once. */
interface Prepared {
  readonly run: () => Promise<unknown>;
  /** Vectors by name that a comparison needs. */
  readonly save: () => Promise<Readonly<Record<string, Float32Array>>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

async function prepareTraining(
  runtime: TensorRuntime,
  { preset, batch, file, rows }: WorkRequest,
): Promise<Prepared> {
  const work = readTrainingWork(preset, batch, await Deno.readFile(file));
  const { learner, step } = await ourLearner(work, runtime, rows === null ? {} : { rows });
  const { sums, gradNorm } = await step();
  return {
    run: step,
    save: async () => ({ parameters: (await learner.state()).parameters }),
    answer: { loss: sums.loss, norm: gradNorm },
  };
}

async function prepareRollout(
  runtime: TensorRuntime,
  { preset, batch, file, rows }: WorkRequest,
): Promise<Prepared> {
  const { tensors: { parameters: start } } = decodeTensors(await Deno.readFile(file), file);
  const { shape, prompts } = policyWork(preset, batch, start!);
  const policy = new PolicyRuntime(runtime, shape), random = rolloutRandom();
  const parameters = await policy.parameters(start!), { groupSize, tokens: length } = batch;
  const whole = rows === null
    ? null
    : await runtime.compile(generationProgram(shape, batch.prompts, groupSize));
  const count = batch.prompts * groupSize;
  const run = async () => {
    if (whole === null) return await policy.generate(parameters, prompts, groupSize, 1, random);
    const outputs = await whole.run({
      parameters,
      ...promptTensors(prompts),
      uniforms: hostTensor(uniformsOf(random, batch), [length, count]),
      inverseTemperature: hostScalar(1),
    });
    return { tokens: integers(outputs, "tokens"), logProbs: floats(outputs, "logProbs") };
  };
  const { tokens, logProbs } = await run();
  const saved = { tokens: Float32Array.from(tokens), logProbs: Float32Array.from(logProbs) };
  return { run, save: () => Promise.resolve(saved), answer: {} };
}

let runtime: TensorRuntime | null = null, prepared: Prepared | null = null;

/** What can be asked for. */
const HANDLERS: Readonly<Record<string, (request: never) => Promise<unknown>>> = {
  async open({ compute }: { readonly compute: Compute }) {
    runtime = await openRuntime(compute);
    // A first use, so that what the device takes by itself is not counted as the policy's.
    const tensor = await runtime.place(hostTensor(new Float32Array(8), [8]));
    await runtime.read(tensor);
    runtime.free(tensor);
    return { version: runtime.version };
  },
  async prepare(request: WorkRequest) {
    if (runtime === null) throw new Error("open comes first");
    const prepare = request.part === "train" ? prepareTraining : prepareRollout;
    prepared = await prepare(runtime, request);
    return prepared.answer;
  },
  async save({ file }: { readonly file: string }) {
    await Deno.writeFile(file, encodeTensors({ metadata: {}, tensors: await prepared!.save() }));
    return {};
  },
  async measure({ calls }: { readonly calls: number }) {
    const begin = performance.now();
    for (let i = 0; i < calls; i++) await prepared!.run();
    return { seconds: (performance.now() - begin) / 1000 / calls };
  },
};

async function answer(line: string): Promise<unknown> {
  const { do: what, ...request } = JSON.parse(line);
  try {
    return await HANDLERS[what]!(request as never);
  } catch (error) {
    return { error: error instanceof Error ? error.message : `${error}` };
  }
}

if (import.meta.main) {
  console.info = console.log = console.error; // the output stream carries answers only
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(await answer(line))}\n`);
      await Deno.stdout.write(bytes);
    }
  }
  Deno.exit(0); // before native code tears itself down, which has been seen to fail after the work was done
}
