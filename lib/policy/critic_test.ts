import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { criticDecayMask, criticFromPolicy, criticParameterCount, criticSpecs } from "./critic.ts";
import {
  decayMask,
  initialParameters,
  parameterCount,
  parameterSpecs,
  policyShape,
} from "./parameters.ts";
import { VOCABULARY } from "./tokenizer.ts";
import { transformer } from "./transformer.ts";

const SHAPE = policyShape(transformer("micro"), 8);
const TRUNK = parameterCount(SHAPE) - SHAPE.width * VOCABULARY.length;

Deno.test("criticSpecs() is the policy's layout with a value head in place of the vocabulary's", () => {
  const critic = criticSpecs(SHAPE), policy = parameterSpecs(SHAPE);
  deepEqual(critic.slice(0, -1), policy.slice(0, -1));
  equal(policy.at(-1)!.name, "head");
  deepEqual([critic.at(-1)!.name, critic.at(-1)!.shape], ["valueHead", [SHAPE.width, 1]]);
  equal(criticParameterCount(SHAPE), TRUNK + SHAPE.width);
});

Deno.test("criticFromPolicy() copies the trunk and leaves the head at zero", () => {
  const policy = initialParameters(SHAPE, randomSource(1, "initial"));
  const critic = criticFromPolicy(policy, SHAPE);
  deepEqual(critic.slice(0, TRUNK), policy.slice(0, TRUNK));
  ok(critic.subarray(TRUNK).every((x) => x === 0));
  equal(critic.length, criticParameterCount(SHAPE));
  throws(() => criticFromPolicy(policy.slice(1), SHAPE), {
    name: "RangeError",
    message: `Cannot start a critic: expected ${policy.length} parameters, got ${
      policy.length - 1
    }`,
  });
});

Deno.test("criticDecayMask() decays what the policy's does, and the value head", () => {
  const mask = criticDecayMask(SHAPE);
  deepEqual(mask.slice(0, TRUNK), decayMask(SHAPE).slice(0, TRUNK));
  ok(mask.subarray(TRUNK).every((x) => x === 1));
});
