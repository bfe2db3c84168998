/** Per-prompt measurements on a policy as it stands. */
import type { RandomSource } from "../core/random.ts";
import type { Prompt } from "../dataset/prompt.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ProbeRecord } from "../schema/run_record.ts";
import type { RuntimeTensor } from "../tensor/session.ts";
import type { GenerationCounter } from "./counter.ts";
import type { ColumnsFile } from "./engine_step.ts";
import type { PolicyRuntime } from "./policy_runtime.ts";

/** One probe: what to record, and the files it names. */
export interface Probe {
  readonly record: ProbeRecord;
  readonly files: readonly ColumnsFile[];
}

/** Measures `config.evaluation.probe` on the policy with `parameters`. */
export function probePrompts(
  _policy: PolicyRuntime,
  _parameters: RuntimeTensor,
  _config: RunConfig,
  _pool: readonly Prompt[],
  _step: number,
  _random: RandomSource,
  _counter: GenerationCounter,
): Promise<Probe> {
  return Promise.reject(new Error("not there yet"));
}
