/** The smallest run that does everything a real one does, and the cold start it begins from. */
import { adamw } from "../../algorithm/adamw.ts";
import { grpo } from "../../algorithm/algorithm.ts";
import { ONE_THREAD } from "../../backend/target.ts";
import { microMath } from "../../dataset/micro_math.ts";
import { transformer } from "../../policy/transformer.ts";
import { vas } from "../../sampler/vas.ts";
import { coldStartIdentity } from "../../schema/identity.ts";
import { recipe } from "../../schema/recipe.ts";
import { refine } from "../../schema/refine.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import { coldStartEngine, policyOf } from "../cold_start.ts";
import { trainEngine } from "../train.ts";
import { collect } from "./units.ts";

export const TINY: RunConfig = refine(recipe("mmr1_micro"), {
  model: transformer("micro", { layers: 1, width: 16, heads: 2, mlpWidth: 32 }),
  dataset: microMath({ prompts: 24, validationPrompts: 16, benchmarkPrompts: 4 }),
  coldStart: {
    steps: 60,
    batchSize: 8,
    learningRate: 5e-3,
    mixedPhase: 0.2,
    shortcutRates: [0.1, 0.5],
    shortcutSpread: 0.1,
    unboxedRate: 0.05,
  },
  sampler: vas({ mixtureRatio: 0.5, refreshInterval: 2, scoringRollouts: 4 }),
  algorithm: grpo({ groupSize: 4, miniBatches: 2 }),
  optimizer: adamw({ learningRate: 1e-3, warmupUpdates: 2 }),
  decoding: { temperature: 1, maxTokens: 16 },
  training: { steps: 5, batchSize: 6 },
  evaluation: { interval: 2, temperature: 1, scoringControl: true, galleryInterval: 3 },
});

/** The units of the cold start of {@link TINY}. */
export const coldStart = await collect(
  coldStartEngine(coldStartIdentity(TINY), { resume: null, compute: ONE_THREAD }),
);
/** Its policy. */
export const policy = policyOf(await coldStart.at(-1)!.snapshot());

/** The units of a run that begins from it, or from another policy. */
export const train = (
  config: RunConfig,
  { seed = 0, resume = null, from = policy }: {
    seed?: number;
    resume?: Uint8Array | null;
    from?: Uint8Array;
  } = {},
) => collect(trainEngine(config, seed, { policy: from, resume, compute: ONE_THREAD }));
