/** Which policies of a run are kept besides the last: every so many steps, and the best so far. */
import { BEST_POLICY, policyFile } from "../schema/policy_files.ts";
import type { CheckpointConfig } from "../schema/run_config.ts";
import type { BestPolicy, EngineStep, PolicyFile } from "./engine_step.ts";

/**
 * Bookkeeping alone: what to write after each step, and what to drop. What it has to remember are two numbers, which
 * belong into the snapshot.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * const kept = new KeptPolicies({ interval: 5, limit: 1, best: true });
 * const bytes = () => Promise.resolve(new Uint8Array());
 * equal(kept.afterStep(0, 0.2, bytes).policies[0]!.file, "policies/best.safetensors");
 * equal(kept.afterStep(5, 0.2, bytes).policies[0]!.file, "policies/step-000005.safetensors");
 * deepEqual(kept.afterStep(10, null, bytes).dropped, ["policies/step-000005.safetensors"]);
 * deepEqual(kept.state(), { bestStep: 0, bestAccuracy: 0.2 });
 * ```
 */
export class KeptPolicies {
  readonly #config: CheckpointConfig;
  #best: BestPolicy | null = null;

  /** `state` is what {@link state} gave when the snapshot to go on from was taken. */
  constructor(config: CheckpointConfig, state: Readonly<Record<string, number>> = {}) {
    this.#config = config;
    const { bestStep, bestAccuracy } = state;
    if (bestStep !== undefined && bestAccuracy !== undefined) {
      this.#best = { step: bestStep, accuracy: bestAccuracy };
    }
  }

  /**
   * What is to be done once `step` is finished; steps come one by one.
   *
   * @param accuracy on the validation split; null where it was not measured
   * @param policyBytes the policy as it stands now, whenever it is called
   */
  afterStep(
    step: number,
    accuracy: number | null,
    policyBytes: () => Promise<Uint8Array>,
  ): Pick<EngineStep, "policies" | "dropped" | "best"> {
    const { interval, limit, best } = this.#config;
    const policies: PolicyFile[] = [], dropped: string[] = [];
    if (interval !== null && step > 0 && step % interval === 0) {
      policies.push({ file: policyFile(step), bytes: policyBytes });
      const oldest = limit === null ? 0 : step - limit * interval;
      if (oldest > 0) dropped.push(policyFile(oldest));
    }
    if (best && accuracy !== null && accuracy > (this.#best?.accuracy ?? -Infinity)) {
      this.#best = { step, accuracy };
      policies.push({ file: BEST_POLICY, bytes: policyBytes });
    }
    return { policies, dropped, best: this.#best };
  }

  /** What has to be remembered. */
  state(): Record<string, number> {
    return this.#best === null
      ? {}
      : { bestStep: this.#best.step, bestAccuracy: this.#best.accuracy };
  }
}
