import { equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { trajectoryDiversity } from "./diversity.ts";
import { editDistance } from "./edit_distance.ts";
import { DIVERSITY_MEASURES, type DiversityMeasure } from "./vas.ts";

fc.configureGlobal({ seed: 1 });

/** Values obtained with NLTK, for responses as they are and padded with id 0 to length 10. */
const VECTORS: {
  responses: number[][];
  plain: Partial<Record<DiversityMeasure, number>>;
  padded: Partial<Record<DiversityMeasure, number>>;
}[] = [
  {
    responses: [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]],
    plain: { selfBleu: 1, distinct3: 0.333333, tokenEditDistance: 0, editDistance: 0 },
    padded: { selfBleu: 1, distinct3: 0.25, tokenEditDistance: 0 },
  },
  {
    responses: [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
    plain: { selfBleu: 0, distinct3: 1, tokenEditDistance: 4, editDistance: 1 },
    padded: { selfBleu: 0.550321, distinct3: 0.541667, tokenEditDistance: 4 },
  },
  {
    responses: [[1], [1, 2], [2, 1]],
    plain: { selfBleu: 0.170048, distinct3: 0, tokenEditDistance: 1.333333, editDistance: 0.5 },
    padded: { selfBleu: 0.881032, distinct3: 0.208333, tokenEditDistance: 1.666667 },
  },
  {
    responses: [[1, 2], [1, 2]],
    plain: { selfBleu: 0.464159, distinct3: 0, tokenEditDistance: 0, editDistance: 0 },
    padded: { selfBleu: 1, distinct3: 0.1875, tokenEditDistance: 0 },
  },
  {
    responses: [[], [1, 2, 3]],
    plain: { selfBleu: 0, distinct3: 1, tokenEditDistance: 3, editDistance: 1 },
    padded: { selfBleu: 0.663176, distinct3: 0.25, tokenEditDistance: 3 },
  },
];

for (const [i, { responses, plain, padded }] of VECTORS.entries()) {
  for (
    const [name, padding, expected] of [
      ["as they are", {}, plain],
      ["padded", { padTo: 10, padId: 0 }, padded],
    ] as const
  ) {
    Deno.test(`trajectoryDiversity() of reference group ${i + 1}, ${name}`, () => {
      for (const [measure, value] of Object.entries(expected)) {
        const got = trajectoryDiversity(responses, measure as DiversityMeasure, padding);
        ok(Math.abs(got - value) < 5e-7, `${measure}: expected ${value}, got ${got}`);
      }
      const bleu = trajectoryDiversity(responses, "selfBleu", padding);
      ok(trajectoryDiversity(responses, "inverseSelfBleu", padding) === 1 - bleu);
    });
  }
}

/** Self-BLEU by the definition, without sharing counts. */
function plainSelfBleu(responses: readonly number[][]): number {
  const grams = (tokens: readonly number[], n: number) => {
    const counts = new Map<string, number>();
    for (let i = 0; i + n <= tokens.length; i++) {
      const key = tokens.slice(i, i + n).join(" ");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  };
  const scores = responses.map((own, r) => {
    const others = responses.filter((_, i) => i !== r);
    const numerators = [1, 2, 3].map((n) =>
      [...grams(own, n)].reduce(
        (sum, [key, count]) =>
          sum + Math.min(count, Math.max(...others.map((other) => grams(other, n).get(key) ?? 0))),
        0,
      )
    );
    if (numerators[0] === 0) return 0;
    const logs = numerators.map((numerator, i) =>
      Math.log((numerator || 0.1) / Math.max(1, own.length - i))
    );
    const [closest] = others.map((other) => other.length)
      .sort((a, b) => Math.abs(a - own.length) - Math.abs(b - own.length) || a - b);
    const penalty = own.length > closest! ? 1 : Math.exp(1 - closest! / own.length);
    return penalty * Math.exp((logs[0]! + logs[1]! + logs[2]!) / 3);
  });
  return scores.reduce((a, b) => a + b, 0) / scores.length;
}

/** Levenshtein distance by the textbook recurrence. */
function plainDistance(a: readonly number[], b: readonly number[]): number {
  let row = b.map((_, j) => j + 1);
  a.forEach((x, i) => {
    const next: number[] = [];
    b.forEach((y, j) => {
      const diagonal = j === 0 ? i : row[j - 1]!, left = j === 0 ? i + 1 : next[j - 1]!;
      next.push(Math.min(diagonal + Number(x !== y), row[j]! + 1, left + 1));
    });
    row = next;
  });
  return b.length === 0 ? a.length : row.at(-1)!;
}

Deno.test("trajectoryDiversity() agrees with the definitions on random groups", () => {
  const random = randomSource(1, "diversity");
  for (let trial = 0; trial < 60; trial++) {
    const vocabulary = random.pick([2, 5, 50_000]);
    const responses = Array.from(
      { length: 2 + random.integer(5) },
      () => Array.from({ length: random.integer(70) }, () => random.integer(vocabulary)),
    );
    const bleu = trajectoryDiversity(responses, "selfBleu");
    ok(Math.abs(bleu - plainSelfBleu(responses)) < 1e-12, `trial ${trial}`);
    const pairs = responses.flatMap((a, i) => responses.slice(0, i).map((b) => [a, b] as const));
    const mean = pairs.reduce((sum, [a, b]) => sum + plainDistance(a, b), 0) / pairs.length;
    ok(
      Math.abs(trajectoryDiversity(responses, "tokenEditDistance") - mean) < 1e-9,
      `trial ${trial}`,
    );
  }
});

/** Groups of uneven lengths from a linear congruential generator, so that any language can make the same. */
function congruentialGroup(count: number, seed: number, vocabulary: number, stride: number) {
  let state = BigInt(seed);
  return Array.from(
    { length: count },
    (_, i) =>
      Array.from({ length: seed % 7 + (i * stride) % 23 }, () => {
        state = (state * 1103515245n + 12345n) % 2147483648n;
        return Number(state >> 16n) % vocabulary;
      }),
  );
}

Deno.test("trajectoryDiversity() by selfBleu is what NLTK 3.10.4 gives, for uneven lengths", () => {
  const reference: readonly (readonly [...Parameters<typeof congruentialGroup>, bleu: number])[] = [
    [2, 3, 2, 5, 0.10449483203370014],
    [8, 11, 3, 9, 0.8347870787585264],
    [8, 12, 6, 4, 0.5081876932869567],
    [5, 20, 4, 7, 0.6765071169218686],
    [16, 9, 5, 3, 0.7912245462434119],
    [3, 6, 50, 11, 0.018210407832057823],
  ];
  for (const [count, seed, vocabulary, stride, bleu] of reference) {
    const group = congruentialGroup(count, seed, vocabulary, stride);
    ok(Math.abs(trajectoryDiversity(group, "selfBleu") - bleu) < 1e-12);
  }
});

const group = fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 }), {
  minLength: 2,
  maxLength: 6,
});

Deno.test("trajectoryDiversity() lies in [0, 1], tokenEditDistance apart, and ignores the order", () => {
  fc.assert(fc.property(group, fc.constantFrom(...DIVERSITY_MEASURES), (responses, measure) => {
    const tds = trajectoryDiversity(responses, measure);
    ok(tds >= 0 && (measure === "tokenEditDistance" || tds <= 1), `${tds}`);
    ok(Math.abs(trajectoryDiversity(responses.toReversed(), measure) - tds) < 1e-12);
  }));
});

Deno.test("trajectoryDiversity() of one response, or none, is 0", () => {
  for (const measure of DIVERSITY_MEASURES) {
    equal(trajectoryDiversity([[1, 2, 3]], measure), 0);
    equal(trajectoryDiversity([], measure), 0);
  }
});

Deno.test("trajectoryDiversity() of empty responses: nothing shared, nothing apart", () => {
  const expected = { selfBleu: 0, inverseSelfBleu: 1, distinct3: 0, editDistance: 0 };
  for (const [measure, tds] of Object.entries(expected)) {
    equal(trajectoryDiversity([[], []], measure as DiversityMeasure), tds, measure);
  }
});

Deno.test("trajectoryDiversity() takes any 32-bit token ids, also the padding's", () => {
  const ids = [2 ** 31 - 1, -1, 0, 151_643, 7];
  ok(Math.abs(trajectoryDiversity([ids, ids], "inverseSelfBleu")) < 1e-15);
  equal(trajectoryDiversity([ids, ids.slice(1)], "tokenEditDistance"), 1);
  equal(trajectoryDiversity([[5, 5], []], "selfBleu", { padTo: 4, padId: 5 }), 1);
});

Deno.test("trajectoryDiversity() refuses responses longer than the padding", () => {
  throws(
    () => trajectoryDiversity([[1, 2, 3], []], "selfBleu", { padTo: 2 }),
    /expected responses of at most 2 tokens, got 3/,
  );
});

Deno.test("editDistance() is a metric, right across its blocks of 32", () => {
  const text = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 100 });
  fc.assert(fc.property(text, text, text, (a, b, c) => {
    equal(editDistance(a, b), plainDistance(a, b));
    equal(editDistance(b, a), editDistance(a, b));
    equal(editDistance(a, a), 0);
    ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
  }));
  for (const length of [31, 32, 33, 64, 65]) {
    const ones = Array<number>(length).fill(1);
    equal(editDistance(ones, []), length);
    equal(editDistance(ones, Array(length).fill(2)), length);
    equal(editDistance([2, ...ones, 3], [4, ...ones, ...ones, 5]), length + 2);
  }
});
