/** A whole GRPO step against Hugging Face TRL: prompts, generation, rewards, the reference, the update. */
import { grpo } from "../lib/algorithm/algorithm.ts";
import type { Compute } from "../lib/backend/target.ts";
import { microMath } from "../lib/dataset/micro_math.ts";
import { encodePolicy } from "../lib/engine/snapshot.ts";
import { trainEngine } from "../lib/engine/train.ts";
import { PREFIX_POSITIONS } from "../lib/policy/parameters.ts";
import { VOCABULARY } from "../lib/policy/tokenizer.ts";
import { TRANSFORMER_PRESETS } from "../lib/policy/transformer.ts";
import { recipe } from "../lib/schema/recipe.ts";
import type { RunConfig } from "../lib/schema/run_config.ts";
import { type Clock, type Comparison, now, type PeerBenchOptions } from "./comparison.ts";
import { numberIn } from "./conversation.ts";
import { Peer } from "./peer.ts";
import {
  GROUP,
  policyWork,
  type Preset,
  presetsOf,
  PROMPTS,
  ROLLOUTS,
  TOKENS,
} from "./policy_work.ts";

/** Sequences per forward and backward pass that TRL tries. */
const ROWS = [ROLLOUTS, 64] as const;

/** Whole steps of the 0.8 M and the 10 M policy: 32 prompts, 8 responses of up to 40 tokens each, one update. */
export async function* trlComparisons(
  { threads, quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  for (const preset of presetsOf(quick)) {
    const { size } = policyWork(preset), steps = quick || preset === "medium" ? 2 : 4;
    const ours: Timed[] = [], theirs: Timed[] = [];
    let lengths = { ours: 0, theirs: 0 };
    for (const count of threads) {
      const peer = new Peer("trl_step.py", count, clock);
      try {
        for (const rows of ROWS) {
          const own = await ourSteps(preset, count, steps, clock);
          const answer = await peer.ask("run", { sizes: sizesOf(preset), rows, steps });
          ours.push({ seconds: Math.min(...own.seconds), settings: `threads: ours ${count}` });
          theirs.push({
            seconds: Math.min(...answer.seconds as number[]),
            settings: `theirs ${count}, ${rows} sequences per pass`,
          });
          lengths = { ours: own.meanLength, theirs: numberIn(answer, "meanLength") };
        }
      } finally {
        await peer.close();
      }
    }
    const [own, other] = [fastest(ours), fastest(theirs)];
    yield {
      part: "trl",
      work: `whole GRPO step, ${size}`,
      peer: "TRL GRPOTrainer",
      ours: own.seconds,
      theirs: other.seconds,
      settings: `${own.settings}, ${other.settings}`,
      target: 10,
      note: `other weights; tokens until the end of a response: ours ${lengths.ours.toFixed(1)}, ` +
        `theirs ${lengths.theirs.toFixed(1)}`,
    };
  }
}

interface Timed {
  readonly seconds: number;
  readonly settings: string;
}

const fastest = (times: readonly Timed[]): Timed =>
  times.toSorted((a, b) => a.seconds - b.seconds)[0]!;

function sizesOf(preset: Preset) {
  return {
    ...TRANSFORMER_PRESETS[preset],
    vocabulary: VOCABULARY.length,
    prefixPositions: PREFIX_POSITIONS,
    responseTokens: TOKENS,
    prompts: PROMPTS,
    groupSize: GROUP,
  };
}

/** Steps of a run as `deno task run` makes them, the first and the last, with their evaluations, left out. */
async function ourSteps(
  preset: Preset,
  threads: number,
  steps: number,
  clock: Clock,
): Promise<{ seconds: number[]; meanLength: number }> {
  const config: RunConfig = recipe("mmr1_micro", {
    model: TRANSFORMER_PRESETS[preset],
    dataset: microMath({ prompts: 512, validationPrompts: 16, benchmarkPrompts: 4 }),
    algorithm: grpo({ groupSize: GROUP, miniBatches: 1 }),
    decoding: { temperature: 1, maxTokens: TOKENS },
    training: { steps: steps + 2, batchSize: PROMPTS },
    evaluation: { interval: 1000, galleryInterval: 1000 },
  });
  const nothing = { training: 0, discarded: 0, scoring: 0, validation: 0 };
  const policy = encodePolicy(policyWork(preset).parameters, {
    rollouts: nothing,
    tokens: nothing,
  });
  const compute: Compute = { backend: "onnx", device: "cpu", threads };
  const seconds: number[] = [];
  let meanLength = 0, before = now(clock), unit = 0;
  for await (const { records } of trainEngine(config, 0, { policy, resume: null, compute })) {
    const after = now(clock);
    // Unit 0 is the evaluation before training, unit 1 the step that compiles.
    if (unit >= 2 && unit < steps + 2) seconds.push(after - before);
    for (const record of records) {
      if (record.kind === "step") meanLength = record.responseLengthMean;
    }
    before = after;
    unit++;
  }
  return { seconds, meanLength };
}
