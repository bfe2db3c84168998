/**
 * Engines that do arithmetic instead of learning: a vector that keyed random numbers move about. They keep
 * the promise of real ones: the same units however often they are stopped and resumed.
 *
 * The URL they are imported by may carry `?throwAt=3` (fail at that step), `?throwSeed=1` (only that seed)
 * and `?work=100000` (random numbers drawn per step, for something to be interrupted), `?print=words`
 * (on the output stream at each step, as native code may), and `?narrow` (fail where any native code may be called
 * but for an accelerator).
 */
import { isProcessor } from "../../backend/target.ts";
import { randomSource } from "../../core/random.ts";
import { decodeTensors, encodeTensors } from "../../core/safetensors.ts";
import type { ColumnsFile, EngineStep } from "../../engine/engine_step.ts";
import { KeptPolicies } from "../../engine/kept_policies.ts";
import type { RunRecord } from "../../schema/run_record.ts";
import type { EngineOptions, Engines } from "../engines.ts";

const SIZE = 16, PROMPTS = 5, REFRESH_INTERVAL = 3;
const parameters = new URL(import.meta.url).searchParams;
const throwAt = Number(parameters.get("throwAt") ?? NaN);
const throwSeed = Number(parameters.get("throwSeed") ?? NaN);
const print = parameters.get("print") ?? "";
const work = Number(parameters.get("work") ?? 0);
const narrow = parameters.has("narrow");

function scoresAt(step: number, vector: Float32Array): ColumnsFile {
  const column = (scale: number) =>
    Float32Array.from({ length: PROMPTS }, (_, i) => vector[i]! * scale);
  return {
    file: `scores/refresh_${step}.arrow`,
    columns: {
      scoredAt: column(0),
      passRate: column(1),
      ovs: column(2),
      tds: column(3),
      vps: column(4),
      weight: column(5),
    },
  };
}

/** Settings for policies to keep: of every second step, the last one of them, and the best. */
const KEPT = { interval: 2, limit: 1, best: true };

/** The vector as a policy. */
function policyBytes(vector: Float32Array): Promise<Uint8Array> {
  return Promise.resolve(encodeTensors({ metadata: {}, tensors: { vector } }));
}

/**
 * Units for steps 0 to `steps`: a record each, scores every third, and for runs policies to keep, of which the best
 * is the one with the largest second number.
 */
export async function* keyedEngine(
  kind: string,
  steps: number,
  seed: number,
  initial: Float32Array,
  { resume, compute }: EngineOptions,
): AsyncGenerator<EngineStep> {
  const mayCallAll = Deno.permissions.querySync({ name: "ffi" }).state === "granted";
  if (narrow && mayCallAll === isProcessor(compute)) {
    throw new TypeError(`${compute.device}: calling all native code allowed: ${mayCallAll}`);
  }
  const saved = resume === null ? null : decodeTensors(resume);
  const kept = new KeptPolicies(
    kind === "run" ? KEPT : { interval: null, limit: null, best: false },
    JSON.parse(saved?.metadata.kept ?? "{}"),
  );
  let vector = saved?.tensors.vector ?? initial;
  const begun = saved === null ? 0 : Number(saved.metadata.step) + 1;
  for (let step = begun; step <= steps; step++) {
    const begin = performance.now();
    if (step === throwAt && !(seed !== throwSeed && throwSeed >= 0)) {
      throw new RangeError(`no such number at step ${step}`);
    }
    if (print !== "") Deno.stdout.writeSync(new TextEncoder().encode(print));
    const random = randomSource(seed, kind, step);
    random.at("work").uniforms(work);
    const moved = vector.map((value) => Math.fround(value + random.normal()));
    vector = moved;
    const record: RunRecord = {
      kind: "supervised",
      step,
      loss: moved[0]!,
      gradNorm: moved[1]!,
      learningRate: 0.5,
      shortcuts: 0,
      seconds: { total: (performance.now() - begin) / 1000 },
    };
    await Promise.resolve();
    const policies = kept.afterStep(step, moved[1]!, () => policyBytes(moved));
    const metadata = { step: `${step}`, kept: JSON.stringify(kept.state()) };
    yield {
      step,
      steps,
      records: [record, { ...record, loss: -record.loss }],
      files: step % REFRESH_INTERVAL === 0 ? [scoresAt(step, moved)] : [],
      ...policies,
      summary: `loss ${moved[0]!.toFixed(3)}`,
      snapshot: () => Promise.resolve(encodeTensors({ metadata, tensors: { vector: moved } })),
    };
  }
}

export const engines: Engines = {
  coldStart: ({ coldStart }, options) =>
    keyedEngine("coldStart", coldStart.steps, coldStart.seed, new Float32Array(SIZE), options),
  run: ({ training }, seed, options) =>
    keyedEngine(
      "run",
      training.steps,
      seed,
      decodeTensors(options.policy).tensors.vector!,
      options,
    ),
  policyOf: (snapshot) => {
    const { vector } = decodeTensors(snapshot).tensors;
    return policyBytes(vector!);
  },
};
