/** The resumable state of an engine as bytes. */
import { StoreError } from "../core/errors.ts";
import { decodeTensors, encodeTensors } from "../core/safetensors.ts";
import { type GenerationCount, spent } from "../schema/run_record.ts";
import type { LearnerState } from "./learner.ts";

/** What was generated so far. */
export interface Generated {
  readonly rollouts: GenerationCount;
  readonly tokens: GenerationCount;
}

/** Everything a run needs to go on after a step. */
export interface Snapshot extends Generated {
  readonly step: number;
  readonly learner: LearnerState;
  /** Null where no critic is trained. */
  readonly critic: LearnerState | null;
  readonly sampler: {
    readonly numbers: Readonly<Record<string, number>>;
    readonly arrays: Readonly<Record<string, Float32Array>>;
  };
  /** Scalars that change from step to step, such as the coefficient of a controlled penalty; finite. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** What stands before the names of tensors that are not the learner's. */
const SAMPLER = "sampler.", CRITIC = "critic.";

type Tensors = Readonly<Record<string, Float32Array>>;

const prefixed = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, data]) => [prefix + name, data]));

const below = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
      .map(([name, data]) => [name.slice(prefix.length), data]),
  );

/** The bytes of a snapshot: a safetensors file. */
export function encodeSnapshot(
  { step, learner, critic, rollouts, tokens, sampler, numbers }: Snapshot,
): Uint8Array {
  const { updates, ...vectors } = learner;
  const { updates: criticUpdates, ...criticVectors } = critic ?? { updates: null };
  const state = {
    step,
    updates,
    criticUpdates,
    rollouts,
    tokens,
    sampler: sampler.numbers,
    numbers,
  };
  return encodeTensors({
    metadata: { state: JSON.stringify(state) },
    tensors: {
      ...vectors,
      ...prefixed(CRITIC, criticVectors),
      ...prefixed(SAMPLER, sampler.arrays),
    },
  });
}

/** What {@link encodeSnapshot} wrote; `parameters` is the expected number of the policy's parameters. */
export function decodeSnapshot(bytes: Uint8Array, parameters: number): Snapshot {
  const { metadata, tensors } = decodeTensors(bytes);
  const state = JSON.parse(metadata.state ?? "{}");
  const critic = below(CRITIC, tensors);
  return {
    step: state.step,
    learner: learnerState(tensors, parameters, state.updates, "parameters"),
    critic: critic.parameters === undefined ? null : learnerState(
      critic,
      critic.parameters.length,
      state.criticUpdates,
      "parameters of the critic",
    ),
    rollouts: state.rollouts,
    tokens: state.tokens,
    sampler: { numbers: state.sampler, arrays: below(SAMPLER, tensors) },
    numbers: state.numbers ?? {}, // snapshots of earlier versions have none
  };
}

function learnerState(
  { parameters, firstMoment, secondMoment }: Tensors,
  count: number,
  updates: number,
  what: string,
): LearnerState {
  for (const vector of [parameters, firstMoment, secondMoment]) {
    if (vector?.length !== count) {
      throw new StoreError(
        `checkpoint: expected ${count} ${what}, got ${vector?.length ?? "none"}`,
      );
    }
  }
  return {
    parameters: parameters!,
    firstMoment: firstMoment!,
    secondMoment: secondMoment!,
    updates,
  };
}

const NOTHING: GenerationCount = { training: 0, discarded: 0, scoring: 0, validation: 0 };

/** A policy as a safetensors file: its parameters, and what was generated to train it. */
export function encodePolicy(
  parameters: Float32Array,
  generated: Generated = { rollouts: NOTHING, tokens: NOTHING },
): Uint8Array {
  const { rollouts, tokens } = generated;
  return encodeTensors({
    metadata: {
      format: "vasari policy 1",
      ...(spent(rollouts) === 0 ? {} : { generated: JSON.stringify({ rollouts, tokens }) }),
    },
    tensors: { parameters },
  });
}

/**
 * What {@link encodePolicy} wrote; `parameters` is the expected number of parameters.
 *
 * A policy that no rollouts were spent on, such as a cold start's, counts nothing as generated, whatever was
 * generated to evaluate it.
 */
export function decodePolicy(
  bytes: Uint8Array,
  parameters: number,
): Generated & { readonly parameters: Float32Array } {
  const { metadata, tensors } = decodeTensors(bytes, "policy");
  if (tensors.parameters?.length !== parameters) {
    throw new StoreError(
      `policy: expected ${parameters} parameters, got ${tensors.parameters?.length ?? "none"}`,
    );
  }
  const { rollouts = NOTHING, tokens = NOTHING }: Partial<Generated> = JSON.parse(
    metadata.generated ?? "{}",
  );
  return { parameters: tensors.parameters, rollouts, tokens };
}

/** The policy inside a snapshot's bytes, as a safetensors file of its own. */
export function policyOf(snapshot: Uint8Array): Uint8Array {
  const { metadata, tensors } = decodeTensors(snapshot);
  const { rollouts, tokens }: Generated = JSON.parse(metadata.state!);
  return encodePolicy(tensors.parameters!, { rollouts, tokens });
}
