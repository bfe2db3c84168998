/**
 * Easy-to-hard curricula (E2H, arXiv 2506.06632; divelab/E2H-Reasoning src/trainer.py): the mixture of levels of
 * difficulty that batches are drawn from follows a schedule over the run.
 */
import { z } from "../../deps.ts";
import { randomSource } from "../core/random.ts";
import { neverScores, type Pool, type Sampler } from "./sampler.ts";
import { savedArray } from "./state.ts";
import { permutation } from "./uniform_draw.ts";

/** Settings of an easy-to-hard curriculum. */
export interface EasyToHardConfig {
  readonly kind: "easyToHard";
  /** `classic`: one level after the other. `balanced`: all alike. `cosine`, `gaussian`: from easy to hard smoothly. */
  readonly schedule: "classic" | "balanced" | "cosine" | "gaussian";
  /** σ of `gaussian`, in levels. */
  readonly sigma: number;
  /** μ = (t/T)^muExponent·(K − 1) of `gaussian`: below 1 it leaves the easy levels early. */
  readonly muExponent: number;
}

/** An easy-to-hard curriculum with the settings of the released code (config/algorithm/grpo.yaml). */
export function easyToHard(
  { schedule = "cosine", sigma = 0.5, muExponent = 0.5 }: Partial<Omit<EasyToHardConfig, "kind">> =
    {},
): EasyToHardConfig {
  return { kind: "easyToHard", schedule, sigma, muExponent };
}

export const easyToHardSchema = z.strictObject({
  kind: z.literal("easyToHard"),
  schedule: z.enum(["classic", "balanced", "cosine", "gaussian"]),
  sigma: z.number().gt(0),
  muExponent: z.number().gt(0),
}) satisfies z.ZodType<EasyToHardConfig>;

/**
 * Shares of the K levels, from easy to hard, when a share `progress` = t/T of the run is done:
 *
 * - classic: all of level ⌊K·t/T⌋
 * - balanced: 1/K each
 * - cosine: a·early + (1 − a)·late, a = ½(1 + cos(π·t/T)), earlyᵢ ∝ K − i, lateᵢ ∝ i + 1. The floor of 2/(K(K + 1))
 *   that the released code adds is the least share that comes out anyway.
 * - gaussian: m + (1 − K·m)·q, qᵢ ∝ exp(−(i − μ)²/2σ²), μ = (t/T)^muExponent·(K − 1), m = 2/(K(K + 1))
 *
 * @param progress in [0, 1]
 * @returns [levels], the sum is 1
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const rounded = levelShares(easyToHard(), 3, 0.25).map((share) => Number(share.toFixed(4)));
 * deepEqual(rounded, [0.4512, 0.3333, 0.2155]);
 * ```
 */
export function levelShares(
  { schedule, sigma, muExponent }: EasyToHardConfig,
  levels: number,
  progress: number,
): number[] {
  const shares = (share: (level: number) => number) =>
    Array.from({ length: levels }, (_, i) => share(i));
  const least = 2 / (levels * (levels + 1));
  switch (schedule) {
    case "classic": {
      const current = Math.min(Math.floor(progress * levels), levels - 1);
      return shares((i) => Number(i === current));
    }
    case "balanced":
      return shares(() => 1 / levels);
    case "cosine": {
      const early = (1 + Math.cos(Math.PI * progress)) / 2;
      return shares((i) => least * (early * (levels - i) + (1 - early) * (i + 1)));
    }
    case "gaussian": {
      const centre = progress ** muExponent * (levels - 1);
      const heights = shares((i) => Math.exp(-((i - centre) ** 2) / (2 * sigma ** 2)));
      const total = heights.reduce((sum, height) => sum + height, 0);
      return heights.map((height) => least + (1 - levels * least) * height / total);
    }
    default:
      return schedule satisfies never;
  }
}

/**
 * Each place of a batch draws its level by {@link levelShares}, with t the steps done before and T those of the whole
 * run; the prompts of a level come in turn, in an order fixed for the run. A run that ends early, its token budget
 * spent, has seen that much of the schedule only.
 */
export function createEasyToHardSampler(config: EasyToHardConfig, pool: Pool): Sampler {
  let levels: readonly Int32Array[] | null = null;
  let positions: Float32Array | null = null; // [levels], in each level's order
  const ordered = () => levels ??= orderedLevels(pool);
  return {
    ...neverScores("easyToHard"),
    draw(step, random, count) {
      const prompts = ordered();
      const next = positions ??= new Float32Array(prompts.length);
      const shares = levelShares(config, prompts.length, (step - 1) / pool.steps);
      const stream = random.at("level");
      return Int32Array.from({ length: count }, () => {
        const level = levelAt(shares, stream.next());
        const own = prompts[level]!, position = next[level]!;
        next[level] = (position + 1) % own.length;
        return own[position]!;
      });
    },
    observe() {},
    state: () => ({
      numbers: {},
      arrays: positions === null ? {} : { positions: positions.slice() },
    }),
    restore(state) {
      positions = state.arrays.positions === undefined
        ? null
        : savedArray(state, "positions", ordered().length);
    },
  };
}

/** The prompts of each level that the pool has, from easy to hard, in random order. */
function orderedLevels({ levels, prompts, seed }: Pool): Int32Array[] {
  const level = levels();
  const order = permutation(prompts, randomSource(seed, "sampler", "levels"));
  return [...new Set(level)].sort((a, b) => a - b)
    .map((own) => order.filter((prompt) => level[prompt] === own));
}

/** The level that `uniform`, in [0, 1), falls on. */
function levelAt(shares: readonly number[], uniform: number): number {
  let rest = uniform;
  for (const [level, share] of shares.entries()) {
    if (rest < share) return level;
    rest -= share;
  }
  return shares.findLastIndex((share) => share > 0); // the shares may sum to a little less than 1
}
