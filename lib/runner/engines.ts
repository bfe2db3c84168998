/** The engines a worker can execute, loaded when first needed: planning and reporting never load them. */
import type { Compute } from "../backend/target.ts";
import type { EngineStep } from "../engine/engine_step.ts";
import type { ColdStartIdentity } from "../schema/identity.ts";
import type { RunConfig } from "../schema/run_config.ts";

/** How an engine is executed. None of it enters a result's identity. */
export interface EngineOptions {
  /** The snapshot to go on from; null means from the beginning. */
  readonly resume: Uint8Array | null;
  readonly compute: Compute;
}

/** Options of a run's engine. */
export interface TrainOptions extends EngineOptions {
  /** The policy that the cold start, or the stage before, ended with. */
  readonly policy: Uint8Array;
}

/**
 * What executes tasks. Exactly one unit has `step === steps`, and it is the last; an engine that resumes
 * yields the units after the snapshot's. Units are the same, apart from seconds, however often it resumes.
 */
export interface Engines {
  coldStart(identity: ColdStartIdentity, options: EngineOptions): AsyncIterable<EngineStep>;
  run(config: RunConfig, seed: number, options: TrainOptions): AsyncIterable<EngineStep>;
  /** The parameters inside a snapshot of either engine. */
  policyOf(snapshot: Uint8Array): Promise<Uint8Array>;
}

export const engines: Engines = {
  async *coldStart(identity, options) {
    const { coldStartEngine } = await import("../engine/cold_start.ts");
    yield* coldStartEngine(identity, options);
  },
  async *run(config, seed, options) {
    const { trainEngine } = await import("../engine/train.ts");
    yield* trainEngine(config, seed, options);
  },
  async policyOf(snapshot) {
    const { policyOf } = await import("../engine/cold_start.ts");
    return policyOf(snapshot);
  },
};
