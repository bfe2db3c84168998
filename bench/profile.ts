/**
 * `deno task bench:profile [micro|small|medium] [--threads N]`: which operations take the time of an optimiser step and of
 * a rollout, by ONNX Runtime's own clock, fused operations by the name it gives them.
 */
import { parseArgs } from "../deps.ts";
import { grpo } from "../lib/algorithm/algorithm.ts";
import { ConfigError } from "../lib/core/errors.ts";
import { randomSource } from "../lib/core/random.ts";
import { textTable } from "../lib/core/text_table.ts";
import { createMicroMath, microMath } from "../lib/dataset/micro_math.ts";
import { freshState, Learner } from "../lib/engine/learner.ts";
import { microBatchesFor, miniBatches } from "../lib/engine/mini_batch.ts";
import { PolicyRuntime } from "../lib/engine/policy_runtime.ts";
import { initialParameters, policyShape } from "../lib/policy/parameters.ts";
import { TRANSFORMER_PRESETS } from "../lib/policy/transformer.ts";
import { onnxRuntime } from "../lib/tensor/onnx_runtime.ts";
import type { TensorRuntime } from "../lib/tensor/runtime.ts";

const PROMPTS = 8, GROUP = 8, REPEATS = 12;
/** Positions of the longest response, by preset: of the recipes, and of the comparison with peers. */
const RESPONSE_TOKENS: Readonly<Record<string, number>> = { micro: 16, small: 40, medium: 40 };

/** One line of a profile. */
interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number; // microseconds
  readonly args?: { readonly op_name?: string };
}

/** Milliseconds per run by operator, from the profiles in a folder; the slow first runs count too. */
async function milliseconds(folder: string): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { name } of Deno.readDirSync(folder)) {
    const events: readonly Event[] = JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
    for (const { cat, name, dur, args } of events) {
      if (cat !== "Node" || !name.endsWith("_kernel_time") || !args?.op_name) continue;
      totals.set(args.op_name, (totals.get(args.op_name) ?? 0) + dur / 1000 / REPEATS);
    }
  }
  return totals;
}

/** Runs `work` with a runtime that keeps profiles, and prints what they say. */
async function profile(
  what: string,
  threads: number,
  work: (runtime: TensorRuntime) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(await onnxRuntime({ threads, profile: `${folder}/run` }));
    const totals = await milliseconds(folder);
    const all = [...totals.values()].reduce((a, b) => a + b, 0);
    const rows = [...totals].sort(([, a], [, b]) => b - a).map(([operator, ms]) => [
      operator,
      ms.toFixed(2),
      `${(100 * ms / all).toFixed(1)} %`,
    ]);
    console.log(`${what}: ${all.toFixed(1)} ms in operations`);
    console.log(textTable(["operation", "ms", "share"], rows));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { _: [name = "micro"], threads } = parseArgs(Deno.args, {
    string: ["threads"],
    default: { threads: "1" },
  });
  const preset = Object.keys(RESPONSE_TOKENS).find((preset) => preset === name);
  if (preset === undefined) {
    throw new ConfigError(`${name}`, `expected one of ${Object.keys(RESPONSE_TOKENS).join(", ")}`);
  }
  const model = TRANSFORMER_PRESETS[preset as keyof typeof TRANSFORMER_PRESETS];
  const shape = policyShape(model, RESPONSE_TOKENS[preset]!);
  const random = randomSource(1, "profile");
  const start = initialParameters(shape, random.at("initial"));
  const prompts = createMicroMath(microMath({ prompts: PROMPTS })).train.slice(0, PROMPTS);
  const algorithm = grpo({ groupSize: GROUP, miniBatches: 1 });

  await profile(`rollout of ${PROMPTS} × ${GROUP}, ${preset}`, Number(threads), async (runtime) => {
    const policy = new PolicyRuntime(runtime, shape);
    const parameters = await policy.parameters(start);
    for (let i = 0; i < REPEATS; i++) {
      await policy.generate(parameters, prompts, GROUP, 1, random.at(i));
    }
    await policy.release();
  });
  await profile(`update on ${PROMPTS} × ${GROUP}, ${preset}`, Number(threads), async (runtime) => {
    const count = PROMPTS * GROUP, cells = count * shape.responseTokens;
    const policy = new PolicyRuntime(await onnxRuntime({ threads: 1 }), shape);
    const parameters = await policy.parameters(start);
    const sampled = await policy.generate(parameters, prompts, GROUP, 1, random);
    await policy.release();
    // An untrained policy does not end its responses: lengths as a trained one's, seven tenths on average.
    const share = () => 0.4 + 0.6 * random.next();
    const lengths = Int32Array.from(
      { length: count },
      () => Math.ceil(share() * shape.responseTokens),
    );
    const rollouts = { ...sampled, lengths };
    const learner = await Learner.create(
      runtime,
      shape,
      algorithm,
      { beta1: 0.9, beta2: 0.99, weightDecay: 0.01, maxGradNorm: 1 },
      { prompts: PROMPTS, groupSize: GROUP, microBatches: microBatchesFor(PROMPTS, GROUP) },
      freshState(start),
    );
    const [data] = [...miniBatches({ algorithm }, {
      prompts,
      rollouts,
      advantages: Float32Array.from({ length: cells }, () => random.normal()),
      oldLogProbs: rollouts.logProbs,
      referenceLogProbs: rollouts.logProbs,
      referenceAll: null,
      klCoefficient: 0.01,
    })];
    for (let i = 0; i < REPEATS; i++) await learner.update(data!, 1e-4, 1);
    await learner.release();
  });
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(2);
  }
}
