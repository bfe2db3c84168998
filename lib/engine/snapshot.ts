/** The resumable state of an engine as bytes. */
import { StoreError } from "../core/errors.ts";
import { decodeTensors, encodeTensors } from "../core/safetensors.ts";
import type { GenerationCount } from "../schema/run_record.ts";
import type { LearnerState } from "./learner.ts";

/** Everything a run needs to go on after a step. */
export interface Snapshot {
  readonly step: number;
  readonly learner: LearnerState;
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
  readonly sampler: {
    readonly numbers: Readonly<Record<string, number>>;
    readonly arrays: Readonly<Record<string, Float32Array>>;
  };
}

const SAMPLER = "sampler.";

/** The bytes of a snapshot: a safetensors file. */
export function encodeSnapshot({ step, learner, rollouts, tokens, sampler }: Snapshot): Uint8Array {
  const { updates, ...vectors } = learner;
  const arrays = Object.entries(sampler.arrays).map(([name, data]) => [SAMPLER + name, data]);
  const state = { step, updates, rollouts, tokens, sampler: sampler.numbers };
  return encodeTensors({
    metadata: { state: JSON.stringify(state) },
    tensors: { ...vectors, ...Object.fromEntries(arrays) },
  });
}

/** What {@link encodeSnapshot} wrote; `parameters` is the expected number of parameters. */
export function decodeSnapshot(bytes: Uint8Array, parameters: number): Snapshot {
  const { metadata, tensors } = decodeTensors(bytes);
  const { parameters: p, firstMoment: m, secondMoment: v, ...others } = tensors;
  for (const vector of [p, m, v]) {
    if (vector?.length !== parameters) {
      throw new StoreError(
        `checkpoint: expected ${parameters} parameters, got ${vector?.length ?? "none"}`,
      );
    }
  }
  const state = JSON.parse(metadata.state ?? "{}");
  const arrays = Object.entries(others).map(([name, data]) => [name.slice(SAMPLER.length), data]);
  return {
    step: state.step,
    learner: { parameters: p!, firstMoment: m!, secondMoment: v!, updates: state.updates },
    rollouts: state.rollouts,
    tokens: state.tokens,
    sampler: { numbers: state.sampler, arrays: Object.fromEntries(arrays) },
  };
}

/** A policy's parameters alone, as a safetensors file. */
export function encodePolicy(parameters: Float32Array): Uint8Array {
  return encodeTensors({ metadata: { format: "vasari policy 1" }, tensors: { parameters } });
}

/** What {@link encodePolicy} wrote; `parameters` is the expected number of parameters. */
export function decodePolicy(bytes: Uint8Array, parameters: number): Float32Array {
  const { tensors } = decodeTensors(bytes, "policy");
  if (tensors.parameters?.length !== parameters) {
    throw new StoreError(
      `policy: expected ${parameters} parameters, got ${tensors.parameters?.length ?? "none"}`,
    );
  }
  return tensors.parameters;
}

/** The policy inside a snapshot's bytes, as a safetensors file of its own. */
export function policyOf(snapshot: Uint8Array): Uint8Array {
  return encodePolicy(decodeTensors(snapshot).tensors.parameters!);
}
