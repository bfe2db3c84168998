/** Data sets by their settings: one place that knows every kind. */
import { z } from "../../deps.ts";
import {
  createFiles,
  type FilesConfig,
  filesSchema,
  pinFiles,
  type QuestionCheck,
} from "./files/files.ts";
import {
  createMicroMath,
  microMath,
  type MicroMathConfig,
  type MicroMathHeldOut,
  microMathSchema,
} from "./micro_math.ts";
import { createMixture, type MixtureConfig, mixtureSchema, pinMixture } from "./mixture.ts";
import type { Dataset } from "./prompt.ts";

/** What a run is trained on and evaluated on. */
export type DatasetConfig = MicroMathConfig | FilesConfig | MixtureConfig;

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
  switch (config.kind) {
    case "microMath":
      return createMicroMath(config);
    case "files":
      return await createFiles(config, whyUnreadable);
    case "mixture":
      return await createMixture(config, whyUnreadable);
    default:
      return config satisfies never;
  }
}

/** The settings with the digests of their files, which are part of what a result is. */
export function pinDataset(config: DatasetConfig): DatasetConfig {
  switch (config.kind) {
    case "microMath":
      return config;
    case "files":
      return pinFiles(config);
    case "mixture":
      return pinMixture(config);
    default:
      return config satisfies never;
  }
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
