import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createRepetition, repeatedShare, repetition } from "./repetition.ts";
import { makeInput } from "./testdata/inputs.ts";

fc.configureGlobal({ seed: 1 });

Deno.test("createRepetition() has the values of TRL's get_repetition_penalty_reward (trl/rewards)", () => {
  const ofPairs = createRepetition(repetition({ ngram: 2 }));
  equal(ofPairs(makeInput({ tokens: [1, 2, 3, 4] })), 0);
  equal(ofPairs(makeInput({ tokens: [5, 5, 5, 5, 5] })), -0.75);
  const ofTriples = createRepetition(repetition());
  equal(ofTriples(makeInput({ tokens: [1, 2, 3, 1, 2, 3, 4] })), -(1 - 4 / 5));
  equal(ofTriples(makeInput({ tokens: [1, 1] })), 0);
  equal(ofTriples(makeInput({ tokens: [1, 1, 1] })), 0);
  equal(ofTriples(makeInput({ tokens: 0 })), 0);
});

// openr1_rewards_batch.py of MMR1, run in Python: n = 40, −0.5.
Deno.test("createRepetition() counts words as MMR1's code does, where it is told to", () => {
  const reward = createRepetition(repetition({ ngram: 40, penalty: 0.5, unit: "words" }));
  const words = (count: number, period: number) =>
    Array.from({ length: count }, (_, i) => `w${i % period}`).join(" ");
  equal(reward(makeInput({ text: words(39, 1) })), 0, "no n-gram");
  equal(reward(makeInput({ text: words(60, 60) })), 0, "none repeated");
  equal(reward(makeInput({ text: words(49, 1) })), -0.45, "10 n-grams, 1 of them new");
  equal(reward(makeInput({ text: ` Ha\tha\n${words(47, 1).replaceAll("w0", "HA")} ` })), -0.45);
  equal(reward(makeInput({ text: words(59, 5) })), -0.375, "20 n-grams, 5 of them new");
  equal(reward(makeInput({ text: "" })), 0);
});

Deno.test("repeatedShare() is 1 − different/all n-grams, as written out", () => {
  const items = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
  fc.assert(fc.property(items, fc.integer({ min: 1, max: 6 }), (items, ngram) => {
    const ngrams = items.slice(ngram - 1).map((_, i) => items.slice(i, i + ngram).join());
    const expected = ngrams.length === 0 ? 0 : 1 - new Set(ngrams).size / ngrams.length;
    equal(repeatedShare(items, ngram), expected);
    ok(expected < 1);
  }));
});
