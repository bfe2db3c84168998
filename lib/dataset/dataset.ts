/** Data sets by their settings: one place that knows every kind. */
import { z } from "../../deps.ts";
import {
  createMicroMath,
  type MicroMathConfig,
  type MicroMathHeldOut,
  microMathHeldOut,
  microMathSchema,
} from "./micro_math.ts";
import type { Dataset, HeldOut } from "./prompt.ts";

/** What a run is trained on and evaluated on. */
export type DatasetConfig = MicroMathConfig;
/** The part of a data set's settings that says what is held out: equal for runs that share a cold start. */
export type HeldOutConfig = MicroMathHeldOut;

export const datasetSchema = z.discriminatedUnion("kind", [microMathSchema]);

/** The prompts of a data set. */
export function createDataset(config: DatasetConfig): Promise<Dataset> {
  return Promise.resolve(createMicroMath(config));
}

/** What a data set holds out. */
export function heldOutOf(config: DatasetConfig): HeldOutConfig {
  const { prompts: _prompts, trainOn: _trainOn, unsolvable: _unsolvable, ...heldOut } = config;
  return heldOut;
}

/** The prompts that are held out. */
export function createHeldOut(config: HeldOutConfig): Promise<HeldOut> {
  return Promise.resolve(microMathHeldOut(config));
}
