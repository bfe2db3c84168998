import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { countTrigrams } from "./distinct_ngrams.ts";
import { numberTokens } from "./number_tokens.ts";

fc.configureGlobal({ seed: 1 });

const token = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
const sequences = fc.array(fc.array(token, { maxLength: 30 }), { maxLength: 6 });

Deno.test("countTrigrams() counts what a set of texts counts, and no trigram across two sequences", () => {
  fc.assert(fc.property(sequences, (responses) => {
    const trigrams = responses.flatMap((own) =>
      own.slice(2).map((_, i) => own.slice(i, i + 3).join(" "))
    );
    deepEqual(countTrigrams(responses.map((own) => Int32Array.from(own))), {
      total: trigrams.length,
      distinct: new Set(trigrams).size,
    });
  }));
});

Deno.test("numberTokens() numbers tokens in the order of their first appearance", () => {
  fc.assert(fc.property(sequences, (responses) => {
    const order = [...new Set(responses.flat())];
    deepEqual(numberTokens(responses), {
      sequences: responses.map((own) => Int32Array.from(own, (token) => order.indexOf(token))),
      distinct: order.length,
    });
  }));
});
