/** Rollout throughput of one thread. */
import { randomSource } from "../core/random.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { initialParameters, policyShape } from "../policy/parameters.ts";
import { TRANSFORMER_PRESETS } from "../policy/transformer.ts";
import { onnxRuntime } from "../tensor/onnx_runtime.ts";
import { PolicyRuntime } from "./policy_runtime.ts";

/** What is measured. */
export interface RolloutBench {
  readonly preset: keyof typeof TRANSFORMER_PRESETS;
  readonly responseTokens: number;
  /** At least this long. */
  readonly seconds: number;
}

/** Tokens per second of sampling groups of 8, as a run samples them; the whole response length counts. */
export async function rolloutBench(
  { preset, responseTokens, seconds }: RolloutBench,
): Promise<number> {
  const shape = policyShape(TRANSFORMER_PRESETS[preset], responseTokens);
  const policy = new PolicyRuntime(await onnxRuntime({ threads: 1 }), shape);
  const random = randomSource(1, "bench");
  const parameters = await policy.parameters(initialParameters(shape, random.at("initial")));
  const prompts = createMicroMath(microMath({ prompts: 32 })).train;
  const generate = (turn: number) => policy.generate(parameters, prompts, 8, 1, random.at(turn));
  await generate(0); // compiles
  const begin = performance.now();
  let tokens = 0, turn = 0;
  while (performance.now() - begin < seconds * 1000) {
    tokens += (await generate(++turn)).tokens.length;
  }
  const rate = tokens / ((performance.now() - begin) / 1000);
  await policy.release();
  return rate;
}
