/** What a result is: which settings and seed. Where and how fast it was computed is not in here. */
import type { SupervisedConfig } from "../algorithm/supervised.ts";
import { ConfigError } from "../core/errors.ts";
import { canonicalJson, fingerprint, fingerprintText } from "../core/fingerprint.ts";
import { type HeldOutConfig, heldOutOf } from "../dataset/dataset.ts";
import type { TransformerConfig } from "../policy/transformer.ts";
import { type RunConfig, SCHEMA_VERSION } from "./run_config.ts";

/**
 * The identity of one run, 16 hexadecimal digits: equal settings and seed have equal ids, in whatever
 * experiment and order of keys they come.
 *
 * @example
 * ```ts
 * import { equal, notEqual } from "node:assert/strict";
 * import { recipe } from "./recipe.ts";
 * const config = recipe("mmr1_micro");
 * equal(runId(config, 0), runId({ ...config }, 0));
 * notEqual(runId(config, 0), runId(config, 1));
 * ```
 */
export function runId(config: RunConfig, seed: number): string {
  return createRunIds()(config, seed);
}

/** {@link runId} for many runs at once: writes out a section that several settings share only once. */
export function createRunIds(): (config: RunConfig, seed: number) => string {
  const sections = new Map<unknown, string>(), settings = new Map<RunConfig, string>();
  const remembered = <K>(memory: Map<K, string>, key: K, write: () => string): string => {
    const known = memory.get(key);
    if (known !== undefined) return known;
    const text = write();
    memory.set(key, text);
    return text;
  };
  // The canonical JSON of { schema, config, seed }, put together from its parts.
  const canonicalConfig = (config: RunConfig) =>
    `{${
      Object.entries(config).sort(([a], [b]) => a < b ? -1 : 1).map(([name, section]) =>
        `${JSON.stringify(name)}:${remembered(sections, section, () => canonicalJson(section))}`
      ).join(",")
    }}`;
  return (config, seed) =>
    fingerprintText(
      `{"config":${remembered(settings, config, () => canonicalConfig(config))},` +
        `"schema":${SCHEMA_VERSION},"seed":${canonicalJson(seed)}}`,
    );
}

/** The stages of a run from the first one, which begins from the cold start, to the run itself. */
export function stagesOf(config: RunConfig): readonly RunConfig[] {
  const stages: RunConfig[] = [];
  for (let stage: RunConfig | null = config; stage !== null; stage = stage.previous) {
    stages.unshift(stage);
  }
  return stages;
}

/** The part of the settings that decides a cold start: runs that agree on it share one. */
export interface ColdStartIdentity {
  readonly model: TransformerConfig;
  /** The splits it is evaluated on. The pool of reinforcement learning is not among them. */
  readonly heldOut: HeldOutConfig;
  readonly coldStart: SupervisedConfig;
  /** Longest response, the end-of-sequence token included: it sizes the policy. */
  readonly maxTokens: number;
  /** Of its evaluations. */
  readonly evaluationTemperature: number;
}

/**
 * What decides the cold start that a run begins from, or that its first stage does.
 *
 * Errors: a {@link ConfigError} for a pretrained model, which has none.
 */
export function coldStartIdentity(config: RunConfig): ColdStartIdentity {
  const { model, dataset, coldStart, decoding, evaluation } = stagesOf(config)[0]!;
  if (model.kind !== "transformer" || coldStart === null) {
    throw new ConfigError("coldStart", `${model.kind} begins without one`);
  }
  return {
    model,
    heldOut: heldOutOf(dataset),
    coldStart,
    maxTokens: decoding.maxTokens,
    evaluationTemperature: evaluation.temperature,
  };
}

/** The identity of the cold start that a run begins from, 16 hexadecimal digits. Errors: as {@link coldStartIdentity}. */
export function coldStartId(config: RunConfig): string {
  return fingerprint({ schema: SCHEMA_VERSION, coldStart: coldStartIdentity(config) });
}
