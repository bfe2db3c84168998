import { deepEqual, equal, match, throws } from "node:assert/strict";
import fc from "fast-check";
import { readQuestion, whyUnreadable } from "./read_question.ts";
import { encodeQuestion, VOCABULARY } from "./tokenizer.ts";

Deno.test("whyUnreadable() objects to what encodeQuestion() refuses, and to nothing else", () => {
  const word = fc.oneof(
    fc.constantFrom(...VOCABULARY.slice(8)),
    fc.nat(999).map(String),
    fc.constantFrom("solve", "½", "x1", "-3", "__proto__"),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 9 }), (words) => {
      const question = words.join(" ");
      const reason = whyUnreadable(question);
      if (reason === null) encodeQuestion(question);
      else throws(() => encodeQuestion(question), RangeError);
    }),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("readQuestion() counts digits, and names the first word it does not know", () => {
  deepEqual(readQuestion("1234 + x"), { tokens: 6, isTooLong: false });
  deepEqual(readQuestion("123456789"), { tokens: 9, isTooLong: true });
  deepEqual(readQuestion("what is 2 + 2"), { unknown: "what" });
});

Deno.test("whyUnreadable() names the word, or how long the question is", () => {
  equal(
    whyUnreadable("1 plus 1"),
    `question: expected words of the policy's vocabulary, got "plus"`,
  );
  equal(whyUnreadable("123456789"), "question: expected at most 8 tokens, got 9");
  match(whyUnreadable("z".repeat(1000))!, /got "z{60}…"$/);
});
