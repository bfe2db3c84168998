import { deepEqual, equal, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { decodeTensors, encodeTensors } from "../core/safetensors.ts";
import type { LearnerState } from "./learner.ts";
import {
  decodePolicy,
  decodeSnapshot,
  encodePolicy,
  encodeSnapshot,
  policyOf,
  type Snapshot,
} from "./snapshot.ts";

const random = randomSource(1, "snapshot");
const vector = (size: number) => Float32Array.from({ length: size }, () => random.normal());
const learnerState = (size: number, updates: number): LearnerState => ({
  parameters: vector(size),
  firstMoment: vector(size),
  secondMoment: vector(size),
  updates,
});

const NOTHING = { training: 0, discarded: 0, scoring: 0, validation: 0 };
const ROLLOUTS = { training: 64, discarded: 8, scoring: 32, validation: 100 };
const TOKENS = { training: 640, discarded: 80, scoring: 320, validation: 1000 };
const SNAPSHOT: Snapshot = {
  step: 7,
  learner: learnerState(12, 28),
  critic: learnerState(9, 14),
  rollouts: ROLLOUTS,
  tokens: TOKENS,
  sampler: { numbers: { drawn: 3 }, arrays: { weights: vector(5), parameters: vector(4) } },
  numbers: { klCoefficient: 0.1 + 0.2 },
};

Deno.test("decodeSnapshot() gives what encodeSnapshot() was given, bit for bit", () => {
  deepEqual(decodeSnapshot(encodeSnapshot(SNAPSHOT), 12), SNAPSHOT);
  const withoutCritic = { ...SNAPSHOT, critic: null };
  deepEqual(decodeSnapshot(encodeSnapshot(withoutCritic), 12), withoutCritic);
});

Deno.test("decodeSnapshot() reads snapshots from before there were critics and numbers", () => {
  const { metadata, tensors } = decodeTensors(
    encodeSnapshot({ ...SNAPSHOT, critic: null, numbers: {} }),
  );
  const { numbers: _numbers, criticUpdates: _updates, ...state } = JSON.parse(metadata.state!);
  const old = encodeTensors({ metadata: { state: JSON.stringify(state) }, tensors });
  deepEqual(decodeSnapshot(old, 12), { ...SNAPSHOT, critic: null, numbers: {} });
});

Deno.test("decodeSnapshot() refuses vectors of other sizes", () => {
  const bytes = encodeSnapshot(SNAPSHOT);
  throws(() => decodeSnapshot(bytes, 13), {
    name: "StoreError",
    message: "checkpoint: expected 13 parameters, got 12",
  });
  const { metadata, tensors } = decodeTensors(bytes);
  const { "critic.secondMoment": _removed, ...others } = tensors;
  throws(() => decodeSnapshot(encodeTensors({ metadata, tensors: others }), 12), {
    name: "StoreError",
    message: "checkpoint: expected 9 parameters of the critic, got none",
  });
});

Deno.test("policyOf() takes the policy out of a snapshot, with what was generated for it", () => {
  deepEqual(decodePolicy(policyOf(encodeSnapshot(SNAPSHOT)), 12), {
    parameters: SNAPSHOT.learner.parameters,
    rollouts: ROLLOUTS,
    tokens: TOKENS,
  });
});

Deno.test("policyOf() counts nothing for a policy that was only evaluated", () => {
  const evaluated = { ...NOTHING, validation: 100 };
  const coldStart = { ...SNAPSHOT, critic: null, rollouts: evaluated, tokens: evaluated };
  const bytes = policyOf(encodeSnapshot(coldStart));
  deepEqual(decodePolicy(bytes, 12), {
    parameters: SNAPSHOT.learner.parameters,
    rollouts: NOTHING,
    tokens: NOTHING,
  });
  deepEqual(bytes, encodePolicy(SNAPSHOT.learner.parameters));
});

Deno.test("decodePolicy() refuses a policy of another size", () => {
  equal(decodePolicy(encodePolicy(vector(3)), 3).parameters.length, 3);
  throws(() => decodePolicy(encodePolicy(vector(3)), 4), {
    name: "StoreError",
    message: "policy: expected 4 parameters, got 3",
  });
});
