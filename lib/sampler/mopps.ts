/**
 * Model predictive prompt selection (MoPPS, arXiv 2507.04632; thu-rllab/MoPPS recipe/ours/mopps.py): a posterior of
 * every prompt's pass rate, from the training rollouts alone, and Thompson sampling of prompts near a target.
 */
import { z } from "../../deps.ts";
import { betaVariate } from "../core/beta_variate.ts";
import { neverScores, type Pool, type Sampler } from "./sampler.ts";
import { smallest } from "./smallest.ts";
import { savedArray } from "./state.ts";
import { drawDistinct, repeated } from "./uniform_draw.ts";

/** Settings of MoPPS. */
export interface MoppsConfig {
  readonly kind: "mopps";
  /** Beta(right, wrong): what is believed of a prompt that was not seen. */
  readonly prior: { readonly right: number; readonly wrong: number };
  /** d: weight of earlier rollouts at each update, as the policy changes; 1 forgets nothing, 0 all. */
  readonly decay: number;
  /** Candidates of a draw, as a multiple of the prompts drawn; the whole pool where it holds no more. */
  readonly oversampling: number;
  /** `nearest`: the candidates nearest to `target` (their `topk`). `within`: any in [low, high] (their `threshold`). */
  readonly selection: "nearest" | "within";
  readonly target: number;
  readonly low: number;
  readonly high: number;
}

type MoppsOptions = Partial<Omit<MoppsConfig, "kind" | "prior">> & {
  readonly prior?: Partial<MoppsConfig["prior"]>;
};

/**
 * MoPPS as its training scripts run it: decay ½ (the code's own default is 1), 16 candidates for every prompt of
 * the batch, the nearest to ½.
 */
export function mopps(
  {
    prior,
    decay = 0.5,
    oversampling = 16,
    selection = "nearest",
    target = 0.5,
    low = 0.3,
    high = 0.7,
  }: MoppsOptions = {},
): MoppsConfig {
  return {
    kind: "mopps",
    prior: { right: 1, wrong: 1, ...prior },
    decay,
    oversampling,
    selection,
    target,
    low,
    high,
  };
}

export const moppsSchema = z.strictObject({
  kind: z.literal("mopps"),
  prior: z.strictObject({ right: z.number().gt(0), wrong: z.number().gt(0) }),
  decay: z.number().min(0).max(1),
  oversampling: z.number().min(1).max(1024),
  selection: z.enum(["nearest", "within"]),
  target: z.number().min(0).max(1),
  low: z.number().min(0).max(1),
  high: z.number().min(0).max(1),
}).refine(({ low, high }) => low < high, {
  message: "expected low < high",
}) satisfies z.ZodType<MoppsConfig>;

/**
 * A draw takes ⌈oversampling·count⌉ different candidates at random, a number θ ~ Beta(right, wrong) for each, and
 * returns the `count` of smallest (θ − target)², or those with θ in [low, high], short of them those nearest to it. No
 * prompt comes twice in a draw, unless the pool is smaller than it.
 *
 * After a step, for each prompt trained on with k rollouts, k·s of them right:
 * right ← d·right + (1 − d)·prior + k·s, wrong ← d·wrong + (1 − d)·prior + k·(1 − s).
 *
 * The released code's candidates are its data loader's next ones, so that a pass over the data lasts `oversampling`
 * times fewer steps; here each draw's are independent. Its operator precedence sets both to 8 for k = 1; here not.
 */
export function createMoppsSampler(config: MoppsConfig, { prompts }: Pool): Sampler {
  const { prior, decay } = config;
  let posterior: Posterior | null = null;
  const known = () =>
    posterior ??= {
      right: new Float32Array(prompts).fill(prior.right),
      wrong: new Float32Array(prompts).fill(prior.wrong),
    };
  return {
    ...neverScores("mopps"),
    draw(_step, random, count) {
      const { right, wrong } = known();
      const size = Math.ceil(Number((config.oversampling * count).toPrecision(12)));
      const candidates = drawDistinct(prompts, size, random.at("candidates"));
      const stream = random.at("posterior");
      const keys = new Float64Array(candidates.length).map((_, place) => {
        const prompt = candidates[place]!;
        return distance(config, betaVariate(right[prompt]!, wrong[prompt]!, stream));
      });
      return repeated(smallest(keys, count).map((place) => candidates[place]!), count);
    },
    observe(_step, groups) {
      const { right, wrong } = known();
      const trained = groups.filter((group) => group.trained);
      for (const [prompt, own] of Map.groupBy(trained, (group) => group.prompt)) {
        const rollouts = own.flatMap(({ accuracy }) => [...accuracy]);
        const successes = rollouts.reduce((sum, accuracy) => sum + accuracy, 0);
        const failures = rollouts.length - successes;
        right[prompt] = decay * right[prompt]! + (1 - decay) * prior.right + successes;
        wrong[prompt] = decay * wrong[prompt]! + (1 - decay) * prior.wrong + failures;
      }
    },
    state: () => ({
      numbers: {},
      arrays: posterior === null
        ? {}
        : { right: posterior.right.slice(), wrong: posterior.wrong.slice() },
    }),
    restore(state) {
      posterior = state.arrays.right === undefined ? null : {
        right: savedArray(state, "right", prompts),
        wrong: savedArray(state, "wrong", prompts),
      };
    },
  };
}

/** Parameters of the beta distribution of every prompt's pass rate. */
interface Posterior {
  readonly right: Float32Array; // [prompts]
  readonly wrong: Float32Array; // [prompts]
}

/** How far a drawn pass rate is from what is looked for. */
function distance({ selection, target, low, high }: MoppsConfig, passRate: number): number {
  return selection === "nearest"
    ? (passRate - target) ** 2
    : Math.max(0, low - passRate, passRate - high);
}
