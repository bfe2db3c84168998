/** Weighted draws of a batch of prompts against NumPy and PyTorch. */
import { randomSource } from "../lib/core/random.ts";
import { spreadWeights } from "../lib/sampler/bench_cases.ts";
import { WeightedDraw } from "../lib/sampler/weighted_draw.ts";
import { type Comparison, type PeerBenchOptions, typical } from "./comparison.ts";
import { numberIn } from "./conversation.ts";
import { Peer } from "./peer.ts";

const BATCH = 512;
const POOLS = [[15_000, "15,000"], [1e6, "10⁶"], [1e8, "10⁸"]] as const;
const METHODS = [
  { method: "choice", peer: "numpy.random.choice", target: 10 },
  { method: "generator", peer: "numpy Generator.choice", target: 10 },
  { method: "multinomial", peer: "torch.multinomial", target: 10 },
  // What an expert keeps beside the weights: a draw is then a search, and a changed weight sums up everything anew.
  { method: "searchsorted", peer: "numpy cumsum kept, searchsorted", target: null },
] as const;
/** Pool and draws of the comparison of distributions. */
const SMALL_POOL = 300, SMALL_DRAWS = 400;

/** 512 draws from pools of growing size, with the weights as they were and after one of them changed. */
export async function* drawComparisons(
  { quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  const peer = new Peer("draws.py", 1, clock);
  try {
    const notes = await distributionNotes(peer);
    for (const [prompts, label] of quick ? POOLS.slice(0, 2) : POOLS) {
      const weights = spreadWeights(prompts);
      const draw = new WeightedDraw(weights);
      const total = numberIn(await peer.ask("make", { prompts }), "total");
      if (!(Math.abs(total / draw.total - 1) < 1e-9)) {
        throw new Error(`weights of ${prompts}: expected a sum of ${draw.total}, got ${total}`);
      }
      const random = randomSource(1, "bench", "draws");
      let changes = 0;
      const ours = (changed: boolean) =>
        typical((call) => {
          if (changed) draw.set(++changes * 7919 % prompts, (changes % 256) / 1024);
          return draw.picks(random.at(call).numbers(BATCH));
        }, clock);
      for (const changed of [false, true]) {
        for (const { method, peer: name, target } of METHODS) {
          const budget = quick ? 0.3 : 2;
          const before = ours(changed);
          const answer = await peer.ask("measure", {
            prompts,
            method,
            count: BATCH,
            changed,
            budget,
          });
          const seconds = typeof answer.seconds === "number" ? answer.seconds : null;
          yield {
            part: "draws",
            work: `${BATCH} of ${label}${changed ? ", one weight changed" : ""}`,
            peer: name,
            ours: Math.min(before, ours(changed)),
            theirs: seconds,
            settings: "1 thread",
            target,
            note: seconds === null ? `${answer.refused ?? answer.skipped}` : notes.get(method)!,
          };
        }
      }
      await peer.ask("forget", { prompts });
    }
  } finally {
    await peer.close();
  }
}

/** Chi-square tests of every method, ours among them, against the probabilities. Errors: an Error where one fails. */
async function distributionNotes(peer: Peer): Promise<Map<string, string>> {
  const weights = spreadWeights(SMALL_POOL), draw = new WeightedDraw(weights);
  await peer.ask("make", { prompts: SMALL_POOL });
  const random = randomSource(1, "bench", "chi-square");
  const own = new Array<number>(SMALL_POOL).fill(0);
  for (let i = 0; i < BATCH * SMALL_DRAWS; i++) own[draw.pick(random.next())]!++;
  const ours = deviation(own, weights);
  const notes = new Map<string, string>();
  for (const { method } of METHODS) {
    const request = { prompts: SMALL_POOL, method, count: BATCH, draws: SMALL_DRAWS };
    const { counts } = await peer.ask("counts", request);
    const theirs = deviation(counts as number[], weights);
    for (const z of [ours, theirs]) {
      if (!(Math.abs(z) < 4)) {
        throw new Error(`chi-square of ${method}: expected |z| < 4, got ${z}`);
      }
    }
    notes.set(method, `chi-square z: ours ${ours.toFixed(2)}, theirs ${theirs.toFixed(2)}`);
  }
  await peer.ask("forget", { prompts: SMALL_POOL });
  return notes;
}

/** Standard deviations by which chi-square lies off its mean; infinite where a weight of 0 was drawn. */
function deviation(counts: readonly number[], weights: Float32Array): number {
  const draws = counts.reduce((a, b) => a + b, 0), total = weights.reduce((a, b) => a + b, 0);
  let chiSquare = 0, freedom = -1;
  counts.forEach((count, i) => {
    const expected = draws * weights[i]! / total;
    if (expected === 0) return void (chiSquare += count === 0 ? 0 : Infinity);
    chiSquare += (count - expected) ** 2 / expected;
    freedom++;
  });
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}
