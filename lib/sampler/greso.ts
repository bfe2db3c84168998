/**
 * GRESO (arXiv 2506.02177; Infini-AI-Lab/GRESO verl/trainer/ttis/presampling_selector.py): prompts whose last groups
 * were all right or all wrong are skipped with a probability, before anything is generated for them.
 */
import { z } from "../../deps.ts";
import { randomSource } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import { neverScores, type Pool, type Sampler } from "./sampler.ts";
import { savedArray, savedNumber } from "./state.ts";
import { permutation } from "./uniform_draw.ts";

/** Settings of GRESO. */
export interface GresoConfig {
  readonly kind: "greso";
  /** Keep factor at the start for each all-right group in a row. */
  readonly keepEasy: number;
  /** Keep factor at the start for each all-wrong group in a row. */
  readonly keepHard: number;
  /** Share of groups without variance to aim at: a third of it all right, two thirds all wrong. */
  readonly zeroVarianceTarget: number;
  /** How far a step moves each keep factor, and between which bounds. */
  readonly keepStep: number;
  readonly keepLow: number;
  readonly keepHigh: number;
  /** Probability below which no prompt's chance to be kept falls. */
  readonly keepFloor: number;
}

/** GRESO with the defaults of its code. Meant to go with `filter: dynamicSampling()`, as published. */
export function greso(
  {
    keepEasy = 0.5,
    keepHard = 0.5,
    zeroVarianceTarget = 0.25,
    keepStep = 0.01,
    keepLow = 0.05,
    keepHigh = 0.95,
    keepFloor = 0.01,
  }: Partial<Omit<GresoConfig, "kind">> = {},
): GresoConfig {
  return {
    kind: "greso",
    keepEasy,
    keepHard,
    zeroVarianceTarget,
    keepStep,
    keepLow,
    keepHigh,
    keepFloor,
  };
}

const share = z.number().min(0).max(1);

export const gresoSchema = z.strictObject({
  kind: z.literal("greso"),
  keepEasy: share,
  keepHard: share,
  zeroVarianceTarget: share,
  keepStep: share,
  keepLow: share,
  keepHigh: share,
  keepFloor: z.number().gt(0).max(1),
}).refine(({ keepLow, keepHigh }) => keepLow <= keepHigh, {
  message: "expected keepLow ≤ keepHigh",
}) satisfies z.ZodType<GresoConfig>;

/**
 * Prompts come in passes over the pool, each in an order of its own. One whose last z > 0 groups were all right is
 * kept with probability max(keepEasy^z, keepFloor), one whose last z were all wrong with max(keepHard^z, keepFloor);
 * what is not kept waits for the next pass. All others, and prompts never seen, are kept.
 *
 * After every step from the second pass on, each keep factor moves by `keepStep`: down where the share of all-right
 * (all-wrong) groups, of all that were generated, reached its target, else up.
 *
 * The released code looks at mean rewards of groups, all right from .98 on and all wrong up to .11, because a response
 * in the right format earns .1 of 1 there. In pass rates, these are 1 and 0.
 */
export function createGresoSampler(config: GresoConfig, { prompts, seed }: Pool): Sampler {
  let runs: Runs | null = null;
  let keepEasy = config.keepEasy, keepHard = config.keepHard;
  let pass = 0, position = 0;
  let order: { readonly pass: number; readonly prompts: Int32Array } | null = null;
  const seen = () => runs ??= { easy: new Float32Array(prompts), hard: new Float32Array(prompts) };
  const next = () => {
    if (position === prompts) {
      position = 0;
      pass++;
    }
    if (order?.pass !== pass) {
      order = { pass, prompts: permutation(prompts, randomSource(seed, "sampler", "pass", pass)) };
    }
    return order.prompts[position++]!;
  };
  const moved = (factor: number, share: number, target: number) => {
    const { keepStep, keepLow, keepHigh } = config;
    const to = share >= target ? factor - keepStep : factor + keepStep;
    return Math.min(keepHigh, Math.max(keepLow, to));
  };
  return {
    ...neverScores("greso"),
    draw(_step, random, count) {
      const { easy, hard } = seen(), stream = random.at("keep");
      const result = new Int32Array(count);
      for (let filled = 0; filled < count;) {
        const prompt = next();
        const factor = easy[prompt]! > 0 ? keepEasy : keepHard;
        const repeats = easy[prompt]! + hard[prompt]!; // one of them is 0
        if (stream.next() < Math.max(factor ** repeats, config.keepFloor)) {
          result[filled++] = prompt;
        }
      }
      return result;
    },
    observe(_step, groups) {
      const { easy, hard } = seen(), passRates = groups.map(({ accuracy }) => mean(accuracy));
      groups.forEach(({ prompt }, i) => {
        easy[prompt] = passRates[i] === 1 ? easy[prompt]! + 1 : 0;
        hard[prompt] = passRates[i] === 0 ? hard[prompt]! + 1 : 0;
      });
      if (pass === 0) return;
      const share = (passRate: number) => mean(passRates.map((p) => Number(p === passRate)));
      keepEasy = moved(keepEasy, share(1), config.zeroVarianceTarget / 3);
      keepHard = moved(keepHard, share(0), 2 * config.zeroVarianceTarget / 3);
    },
    state: () => ({
      numbers: { keepEasy, keepHard, pass, position },
      arrays: runs === null ? {} : { easy: runs.easy.slice(), hard: runs.hard.slice() },
    }),
    restore(state) {
      keepEasy = savedNumber(state, "keepEasy");
      keepHard = savedNumber(state, "keepHard");
      pass = savedNumber(state, "pass");
      position = savedNumber(state, "position");
      runs = state.arrays.easy === undefined ? null : {
        easy: savedArray(state, "easy", prompts),
        hard: savedArray(state, "hard", prompts),
      };
    },
  };
}

/** How many of a prompt's last groups, without a break, were all right, and all wrong. */
interface Runs {
  readonly easy: Float32Array; // [prompts]
  readonly hard: Float32Array; // [prompts]
}
