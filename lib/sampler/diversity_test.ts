import { ok } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { trajectoryDiversity } from "./diversity.ts";
import type { DiversityMeasure } from "./vas.ts";

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
