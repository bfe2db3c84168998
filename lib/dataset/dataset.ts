/** Data sets by their settings: one place that knows every kind. */
import { z } from "../../deps.ts";
import { filesSchema, type QuestionCheck } from "./files/files.ts";
import {
  microMath,
  type MicroMathConfig,
  type MicroMathHeldOut,
  microMathSchema,
} from "./micro_math.ts";
import {
  createMixture,
  createSource,
  type MixtureConfig,
  mixtureSchema,
  pinMixture,
  pinSource,
  type SourceConfig,
} from "./mixture.ts";
import type { Dataset } from "./prompt.ts";

/** What a run is trained on and evaluated on. */
export type DatasetConfig = SourceConfig | MixtureConfig;

export const datasetSchema = z.discriminatedUnion("kind", [
  microMathSchema,
  filesSchema,
  mixtureSchema,
]) satisfies z.ZodType<DatasetConfig>;

/**
 * The prompts of a data set. Errors: a ConfigError that says what is wrong with a file, or which split is too large.
 *
 * @param whyUnreadable the policy's word on a question
 */
export async function createDataset(
  config: DatasetConfig,
  whyUnreadable: QuestionCheck,
): Promise<Dataset> {
  return config.kind === "mixture"
    ? await createMixture(config, whyUnreadable)
    : await createSource(config, whyUnreadable);
}

/** The settings with the digests of their files, which are part of what a result is. */
export function pinDataset(config: DatasetConfig): DatasetConfig {
  return config.kind === "mixture" ? pinMixture(config) : pinSource(config);
}

/** What a cold start is evaluated on. */
export type HeldOutConfig = MicroMathHeldOut;

/**
 * What the cold start of runs on this data set is evaluated on: what MicroMath holds out, since it is MicroMath that
 * is demonstrated. Of a mixture it is the first MicroMath among the sources, by name; without one, the defaults.
 */
export function heldOutOf(config: DatasetConfig): HeldOutConfig {
  const { prompts: _prompts, trainOn: _trainOn, unsolvable: _unsolvable, ...heldOut } =
    microMathOf(config) ?? microMath();
  return heldOut;
}

function microMathOf(config: DatasetConfig): MicroMathConfig | undefined {
  if (config.kind === "microMath") return config;
  if (config.kind === "files") return undefined;
  return Object.entries(config.sources).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([, source]) => source).find((source) => source.kind === "microMath");
}
