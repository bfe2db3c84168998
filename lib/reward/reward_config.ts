/** What a rollout is worth: settings, and the schema they are checked by. */
import { z } from "../../deps.ts";
import { type CosineLengthConfig, cosineLengthSchema } from "./cosine_length.ts";
import { type CustomRewardConfig, customRewardSchema, pinCustomReward } from "./custom.ts";
import { type DynamicLengthConfig, dynamicLengthSchema } from "./dynamic_length.ts";
import { FORMAT_RULES, type FormatRule } from "./format.ts";
import { type OverlongConfig, overlongSchema } from "./overlong.ts";
import { type RemoteRewardConfig, remoteRewardSchema } from "./remote.ts";
import { type RepetitionConfig, repetitionSchema } from "./repetition.ts";
import { type TagCountConfig, tagCountSchema } from "./tag_count.ts";
import { type TruncationConfig, truncationSchema } from "./truncation.ts";
import { VERIFIER_KINDS, type VerifierKind } from "./verify.ts";

/** The terms that add up to a rollout's reward. Null switches one off. */
export interface RewardConfig {
  /** weight·(what the verifier says, in [0, 1]). */
  readonly accuracy: { readonly weight: number; readonly verifier: VerifierKind };
  /** weight·[the response has the format]. */
  readonly format: { readonly weight: number; readonly rule: FormatRule };
  readonly repetition: RepetitionConfig | null;
  readonly cosineLength: CosineLengthConfig | null;
  readonly overlong: OverlongConfig | null;
  readonly dynamicLength: DynamicLengthConfig | null;
  readonly tagCount: TagCountConfig | null;
  readonly custom: CustomRewardConfig | null;
  /** Reward models behind HTTP, each with a name of its own; none by default. */
  readonly remote: readonly RemoteRewardConfig[];
  /** Comes last: it sees the sum of all others. */
  readonly truncation: TruncationConfig | null;
}

/** Terms by which a published reward is changed. */
export type RewardOptions = Partial<RewardConfig>;

/** reward = [required format] + [right answer] (MMR1, section 6.1 and Table 6), by the exact verifier. */
export function rewards(options: RewardOptions = {}): RewardConfig {
  return {
    accuracy: { weight: 1, verifier: "exact" },
    format: { weight: 1, rule: "boxed" },
    repetition: null,
    cosineLength: null,
    overlong: null,
    dynamicLength: null,
    tagCount: null,
    custom: null,
    remote: [],
    truncation: null,
    ...options,
  };
}

export const rewardSchema = z.strictObject({
  accuracy: z.strictObject({ weight: z.number(), verifier: z.enum(VERIFIER_KINDS) }),
  format: z.strictObject({ weight: z.number(), rule: z.enum(FORMAT_RULES) }),
  repetition: repetitionSchema.nullable(),
  cosineLength: cosineLengthSchema.nullable(),
  overlong: overlongSchema.nullable(),
  dynamicLength: dynamicLengthSchema.nullable(),
  tagCount: tagCountSchema.nullable(),
  custom: customRewardSchema.nullable(),
  remote: z.array(remoteRewardSchema).max(16),
  truncation: truncationSchema.nullable(),
}) satisfies z.ZodType<RewardConfig>;

/** A field of the reward's settings that does not go with `decoding.maxTokens`. */
export interface RewardFault {
  /** Below `reward`. */
  readonly path: readonly string[];
  readonly problem: string;
}

/** Terms that responses of at most `maxTokens` tokens could never earn or lose. */
export function rewardFaults(config: RewardConfig, maxTokens: number): RewardFault[] {
  const { repetition, overlong, dynamicLength } = config;
  const limits: readonly (readonly [readonly string[], number | null])[] = [
    [["overlong", "buffer"], overlong?.buffer ?? null],
    [["dynamicLength", "target"], dynamicLength?.target ?? null],
    // Upstream's n-grams of words are kept as published, also where no response is long enough for one.
    [["repetition", "ngram"], repetition?.unit === "tokens" ? repetition.ngram : null],
  ];
  const tooLong = limits.flatMap(([path, value]) =>
    value === null || value <= maxTokens ? [] : [{
      path,
      problem: `expected at most decoding.maxTokens (${maxTokens}), got ${value}`,
    }]
  );
  return [...tooLong, ...nameFaults(config)];
}

/** Terms are told apart by their names. */
function nameFaults({ remote, ...others }: RewardConfig): RewardFault[] {
  const names = remote.map(({ name }) => name);
  return names.flatMap((name, i) =>
    !Object.hasOwn(others, name) && names.indexOf(name) === i ? [] : [{
      path: ["remote", String(i), "name"],
      problem: `expected a name that no other term of the reward has, got ${JSON.stringify(name)}`,
    }]
  );
}

/**
 * The settings with every file they name pinned by its digest, so that they say what will be computed.
 *
 * Errors: a {@link ConfigError} when a file cannot be read, or was pinned before and has changed.
 */
export function pinReward(config: RewardConfig): RewardConfig {
  return config.custom === null ? config : { ...config, custom: pinCustomReward(config.custom) };
}
