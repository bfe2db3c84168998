/**
 * Which generated groups are trained on: online filtering by accuracy, with new prompts drawn in place of those
 * left out. Orthogonal to the sampler, which says which prompts are generated for. Every rollout counts as cost,
 * trained on or not.
 */
import { z } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import { mean } from "../core/statistics.ts";
import { loadFunction, pinModule, type UserModule, userModuleFields } from "../core/user_module.ts";

/** Every group is trained on. */
export interface NoFilterConfig {
  readonly kind: "none";
}

/** Groups whose mean accuracy, or mean reward, lies in a band are trained on. */
export interface AccuracyBandConfig {
  readonly kind: "accuracyBand";
  /** What is averaged over the group (EasyR1 algorithm.filter_key). */
  readonly metric: "accuracy" | "reward";
  readonly low: number;
  readonly high: number;
  /** Whether groups at the ends of the band are left out or kept. */
  readonly bounds: "exclusive" | "inclusive";
  /** Steps at the start during which nothing is filtered (MM-EUREKA's `freezingFilterSteps`). */
  readonly freezingSteps: number;
  /**
   * What a round draws: as many prompts as groups are still missing, which wastes least, or a whole batch, as
   * published (EasyR1, DAPO); of the surplus the first are trained on.
   */
  readonly roundSize: "missing" | "batch";
  /** Prompts drawn in a round, as a multiple of that. */
  readonly oversampling: number;
  /** Rounds in a step at most (EasyR1 trainer.max_try_make_batch). */
  readonly maxRounds: number;
  /** What is then missing is made up with groups left out, in the order they came, or the run fails, as EasyR1's. */
  readonly whenShort: "fill" | "fail";
}

/**
 * SPEED's two phases: a few rollouts screen a prompt; where they are neither all right nor all wrong, the rest of
 * the group is generated and all of it is trained on.
 */
export interface ScreeningConfig {
  readonly kind: "screening";
  /** Rollouts of a group generated first; fewer than `algorithm.groupSize`. */
  readonly screeningRollouts: number;
  /** As for {@link AccuracyBandConfig}; what is missing is made up with groups that did not pass. */
  readonly oversampling: number;
  readonly maxRounds: number;
}

/**
 * A filter of the user's own, as LMM-R1's `--custom_experience_filter`: the module's default export is called with a
 * {@link GeneratedGroup} and the step, and says whether the group is trained on.
 */
export interface CustomFilterConfig extends UserModule {
  readonly kind: "custom";
  /** As for {@link AccuracyBandConfig}; what is missing is made up with groups left out. */
  readonly oversampling: number;
  readonly maxRounds: number;
}

/** Which generated groups are trained on: settings. */
export type GroupFilterConfig =
  | NoFilterConfig
  | AccuracyBandConfig
  | ScreeningConfig
  | CustomFilterConfig;

/** A group of rollouts as a filter sees it. */
export interface GeneratedGroup {
  readonly prompt: {
    readonly question: string;
    readonly answer: string;
    readonly family: string;
    readonly level: number;
    readonly source: string;
  };
  readonly accuracy: Float32Array; // [rollouts]
  readonly reward: Float32Array; // [rollouts]
  readonly lengths: Int32Array; // [rollouts], in tokens
  /** Whether the response was cut off at the token limit. */
  readonly truncated: readonly boolean[]; // [rollouts]
}

/** Every generated group is trained on. */
export function noFilter(): NoFilterConfig {
  return { kind: "none" };
}

type BandOptions = Partial<Omit<AccuracyBandConfig, "kind">>;

/** Online filtering; by default EasyR1's band (algorithm.filter_low 0.01, filter_high 0.99). */
export function accuracyBand(
  {
    metric = "accuracy",
    low = 0.01,
    high = 0.99,
    bounds = "exclusive",
    freezingSteps = 0,
    roundSize = "missing",
    oversampling = 1,
    maxRounds = 10,
    whenShort = "fill",
  }: BandOptions = {},
): AccuracyBandConfig {
  return {
    kind: "accuracyBand",
    metric,
    low,
    high,
    bounds,
    freezingSteps,
    roundSize,
    oversampling,
    maxRounds,
    whenShort,
  };
}

/** DAPO's dynamic sampling (arXiv 2503.14476): groups with 0 < right < N only, redrawn until the batch is full. */
export function dynamicSampling(options: Omit<BandOptions, "low" | "high" | "bounds"> = {}) {
  return accuracyBand({ ...options, low: 0, high: 1, bounds: "exclusive" });
}

/**
 * EasyR1's online filtering as it is published: by the whole reward (algorithm.filter_key `overall`), a whole batch in
 * each of twenty tries (trainer.max_try_make_batch), then the run fails. Its band goes with `easyR1Rewards()`. Upstream
 * also fails where a single try yields nothing.
 */
export function easyR1Filter(options: BandOptions = {}): AccuracyBandConfig {
  return accuracyBand({
    metric: "reward",
    roundSize: "batch",
    maxRounds: 20,
    whenShort: "fail",
    ...options,
  });
}

/** MM-EUREKA's online filter: 0.1 ≤ accuracy ≤ 0.9 (its training scripts' bounds). */
export function onlineFilter(options: BandOptions = {}): AccuracyBandConfig {
  return accuracyBand({ low: 0.1, high: 0.9, bounds: "inclusive", ...options });
}

/**
 * SPEED (arXiv 2506.09016; Zanette-Labs/speed-rl verl/trainer/ppo/data_controller.py): 4 screening rollouts.
 * Screening and continuation of one step are two calls here; the public code mixes the next step's screening into
 * the same call, which saves time on a cluster and leaves groups half a step stale, and changes no count.
 */
export function screening(
  { screeningRollouts = 4, oversampling = 1, maxRounds = 10 }: Partial<
    Omit<ScreeningConfig, "kind">
  > = {},
): ScreeningConfig {
  return { kind: "screening", screeningRollouts, oversampling, maxRounds };
}

/** A filter of the user's own, its file still to be pinned. */
export function customFilter(
  module: string,
  { oversampling = 1, maxRounds = 10 }: Partial<
    Pick<CustomFilterConfig, "oversampling" | "maxRounds">
  > = {},
): CustomFilterConfig {
  return { kind: "custom", module, digest: null, oversampling, maxRounds };
}

const FIELD = "filter.module";

/** The settings with the digest of the file that they name. Errors: as `pinModule`. */
export function pinFilter(config: GroupFilterConfig): GroupFilterConfig {
  return config.kind === "custom" ? pinModule(FIELD, config) : config;
}

const rounds = {
  oversampling: z.number().min(1).max(64),
  maxRounds: z.int().min(1).max(1000),
};

export const groupFilterSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("accuracyBand"),
    metric: z.enum(["accuracy", "reward"]),
    low: z.number(),
    high: z.number(),
    bounds: z.enum(["exclusive", "inclusive"]),
    freezingSteps: z.int().min(0),
    roundSize: z.enum(["missing", "batch"]),
    whenShort: z.enum(["fill", "fail"]),
    ...rounds,
  }).refine(({ low, high }) => low < high, { message: "expected low < high" }),
  z.strictObject({
    kind: z.literal("screening"),
    screeningRollouts: z.int().min(2).max(1023),
    ...rounds,
  }),
  z.strictObject({ kind: z.literal("custom"), ...userModuleFields, ...rounds }),
]) satisfies z.ZodType<GroupFilterConfig>;

/** Whether a group with this mean is trained on. */
export function keepsGroup(
  { low, high, bounds }: Pick<AccuracyBandConfig, "low" | "high" | "bounds">,
  mean: number,
): boolean {
  return bounds === "inclusive" ? mean >= low && mean <= high : mean > low && mean < high;
}

/** Whether a whole group is trained on. */
export type KeepsGroup = (group: GeneratedGroup, step: number) => boolean;

/**
 * The filter that `config` describes. Screening has decided before a group is whole: it keeps those.
 *
 * Errors: as `loadFunction`; from the user's function, a {@link ConfigError} for anything but true and false.
 */
export async function loadGroupFilter(config: GroupFilterConfig): Promise<KeepsGroup> {
  switch (config.kind) {
    case "none":
    case "screening":
      return () => true;
    case "accuracyBand":
      return (group, step) =>
        step <= config.freezingSteps || keepsGroup(config, mean(group[config.metric]));
    case "custom": {
      const keeps = await loadFunction(FIELD, config);
      return (group, step) => {
        const kept = keeps(group, step);
        if (typeof kept === "boolean") return kept;
        throw new ConfigError(
          FIELD,
          `expected ${config.module} to give true or false, got ${String(kept)}`,
        );
      };
    }
    default:
      return config satisfies never;
  }
}
