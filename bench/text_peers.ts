/** Diversity of responses against what the public MMR1 code calls: NLTK, a set of trigrams, Levenshtein. */
import { randomSource } from "../lib/core/random.ts";
import { responsesLike } from "../lib/sampler/bench_cases.ts";
import { trajectoryDiversity } from "../lib/sampler/diversity.ts";
import type { DiversityMeasure } from "../lib/sampler/vas.ts";
import {
  type Comparison,
  inTurns,
  type PeerBenchOptions,
  secondsOf,
  within,
} from "./comparison.ts";
import { numberIn } from "./conversation.ts";
import { Peer } from "./peer.ts";

const PROMPTS = 512, GROUP = 8, TOKENS = 512;
const TOLERANCE = 1e-9;

interface TextCase {
  readonly measure: DiversityMeasure;
  /** The peer's function. */
  readonly name: string;
  readonly peer: string;
  /** Prompts the peer is measured on in a round; slow ones do not get through all. */
  readonly prompts: number;
  readonly target: number | null;
}

const CASES: readonly TextCase[] = [
  { measure: "selfBleu", name: "self_bleu", peer: "NLTK sentence_bleu", prompts: 16, target: 50 },
  { measure: "distinct3", name: "distinct_nltk", peer: "NLTK ngrams", prompts: 64, target: 50 },
  { measure: "distinct3", name: "distinct_zip", peer: "set of zip", prompts: 64, target: null },
  {
    measure: "tokenEditDistance",
    name: "edit_nltk",
    peer: "NLTK edit_distance",
    prompts: 1,
    target: 50,
  },
  {
    measure: "tokenEditDistance",
    name: "edit_levenshtein",
    peer: "Levenshtein",
    prompts: 64,
    target: null,
  },
];

/** Two pools of groups: every response whole, and of uneven lengths that the public code fills up with its padding. */
function pools(): Readonly<Record<"whole" | "padded", Int32Array[][]>> {
  const random = randomSource(1, "bench", "peers");
  const whole = Array.from({ length: PROMPTS }, (_, prompt) => responsesLike(random.at(prompt)));
  const lengths = random.at("lengths");
  const padded = whole.map((group) =>
    group.map((response) => response.slice(0, 100 + lengths.integer(TOKENS - 100)))
  );
  return { whole, padded };
}

/** Self-BLEU-123, distinct-3 and edit distance of groups of 8 responses of 512 tokens; everything on one core. */
export async function* textComparisons(
  { quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  const peer = new Peer("text.py", 1, clock);
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, groups] of Object.entries(pools())) {
      const padding = name === "padded" ? { padTo: TOKENS, padId: 0 } : {};
      const file = `${folder}/${name}.json`;
      await Deno.writeTextFile(
        file,
        JSON.stringify(groups.map((group) => group.map((response) => filled(response)))),
      );
      await peer.ask("load", { name, file });
      for (const { measure, peer: label, name: function_, prompts, target } of CASES) {
        const ours = (begin: number, end: number) =>
          groups.slice(begin, end).map((group) => trajectoryDiversity(group, measure, padding));
        const compared = await peer.ask("measure", {
          name,
          measure: function_,
          begin: 0,
          end: prompts,
        });
        const values = ours(0, prompts);
        const difference = (compared.values as number[])
          .reduce((largest, value, i) => Math.max(largest, Math.abs(value - values[i]!)), 0);
        const note = within(`${prompts} values`, difference, TOLERANCE);
        const rounds = quick || prompts === 1 ? 2 : 5;
        // Ours on all prompts; the peer on some of them, others in every round.
        const seconds = await inTurns(rounds, {
          ours: async () => await secondsOf(() => ours(0, PROMPTS), clock) / PROMPTS,
          theirs: () =>
            peer.ask("measure", { name, measure: function_, begin: 0, end: prompts }).then((
              answer,
            ) => numberIn(answer, "seconds")),
        });
        yield {
          part: "text",
          work: `${measure}, ${GROUP} × ${TOKENS} tokens${name === "padded" ? ", padded" : ""}`,
          peer: label,
          ...seconds,
          settings: "1 thread, per prompt",
          target,
          note: `${note}; ours on ${PROMPTS} prompts, the peer on ${prompts}`,
        };
      }
    }
  } finally {
    await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** As the public code hands responses over: lists of one length, filled up with 0. */
function filled(response: Int32Array): number[] {
  return [...response, ...Array<number>(TOKENS - response.length).fill(0)];
}
