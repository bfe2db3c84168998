import { deepEqual, equal } from "node:assert/strict";
import type { CheckpointConfig } from "../schema/run_config.ts";
import { policyFile } from "../schema/policy_files.ts";
import { KeptPolicies } from "./kept_policies.ts";

/** A policy of one byte: the step. */
const bytesOf = (step: number) => () => Promise.resolve(Uint8Array.of(step));

/** The files that are there after each of the steps, with the step whose policy they hold. */
async function filesAfter(
  config: CheckpointConfig,
  accuracies: readonly (number | null)[],
  { restoredAfter = -1 } = {},
): Promise<Record<string, number>> {
  const files: Record<string, number> = {};
  let kept = new KeptPolicies(config);
  for (const [step, accuracy] of accuracies.entries()) {
    const { policies, dropped } = kept.afterStep(step, accuracy, bytesOf(step));
    for (const { file, bytes } of policies) files[file] = (await bytes())[0]!;
    for (const file of dropped) delete files[file];
    if (step === restoredAfter) {
      kept = new KeptPolicies(config, JSON.parse(JSON.stringify(kept.state())));
    }
  }
  return files;
}

const BEST = "policies/best.safetensors";

Deno.test("KeptPolicies keeps every interval-th step, and the last so many", async () => {
  const accuracies = Array.from({ length: 11 }, () => null);
  const all = await filesAfter({ interval: 3, limit: null, best: false }, accuracies);
  deepEqual(all, { [policyFile(3)]: 3, [policyFile(6)]: 6, [policyFile(9)]: 9 });
  const two = await filesAfter({ interval: 3, limit: 2, best: false }, accuracies);
  deepEqual(two, { [policyFile(6)]: 6, [policyFile(9)]: 9 });
  deepEqual(await filesAfter({ interval: null, limit: 2, best: false }, accuracies), {});
});

Deno.test("KeptPolicies keeps the best policy, the earliest of equals, also the one before training", async () => {
  const config = { interval: null, limit: null, best: true };
  deepEqual(await filesAfter(config, [0.5, 0.4, null, 0.5]), { [BEST]: 0 });
  deepEqual(await filesAfter(config, [0, null, 0.7, 0.6, 0.7]), { [BEST]: 2 });
  deepEqual(await filesAfter({ ...config, best: false }, [0, 0.7]), {});
  deepEqual(await filesAfter(config, [null, null]), {});
});

Deno.test("KeptPolicies goes on from its state as if it had not stopped", async () => {
  const config = { interval: 2, limit: 1, best: true };
  const accuracies = [0.2, null, 0.6, 0.6, 0.1, null, 0.3];
  const whole = await filesAfter(config, accuracies);
  deepEqual(whole, { [BEST]: 2, [policyFile(6)]: 6 });
  for (let step = 0; step < accuracies.length; step++) {
    deepEqual(await filesAfter(config, accuracies, { restoredAfter: step }), whole);
  }
});

Deno.test("KeptPolicies says which the best one is, and nothing where none is kept", () => {
  const kept = new KeptPolicies({ interval: 1, limit: null, best: true });
  deepEqual(kept.afterStep(0, 0.25, bytesOf(0)).best, { step: 0, accuracy: 0.25 });
  deepEqual(kept.afterStep(1, 0.2, bytesOf(1)).best, { step: 0, accuracy: 0.25 });
  const none = new KeptPolicies({ interval: 1, limit: null, best: false });
  equal(none.afterStep(0, 0.25, bytesOf(0)).best, null);
  deepEqual(none.state(), {});
});
