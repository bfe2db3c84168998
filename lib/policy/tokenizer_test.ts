import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { randomSource } from "../core/random.ts";
import { shortcutResponse, unboxed, workedResponse } from "../dataset/demonstration.ts";
import { CELLS, demonstrationPrompt } from "../dataset/micro_math.ts";
import { QUESTION_TOKENS, RESPONSE_TOKENS } from "../dataset/prompt.ts";
import { decode, encodeQuestion, encodeResponse, EOS, PAD, VOCABULARY } from "./tokenizer.ts";

const spell = (ids: ArrayLike<number>) => Array.from(ids, (id) => VOCABULARY[id]);

Deno.test("VOCABULARY holds each word once, in a multiple of eight", () => {
  equal(new Set(VOCABULARY).size, VOCABULARY.length);
  equal(VOCABULARY.length % 8, 0);
  equal(VOCABULARY[PAD], "<pad>");
  equal(VOCABULARY[EOS], "<eos>");
});

Deno.test("encodeQuestion() writes numbers digit by digit and pads on the right", () => {
  const ids = encodeQuestion("27 + 5 = ?");
  deepEqual(spell(ids), ["2", "7", "+", "5", "=", "?", "<pad>", "<pad>"]);
});

Deno.test("encodeQuestion() refuses what is too long or unknown", () => {
  throws(() => encodeQuestion("1 + 2 + 3 + 4 + 5"), /at most 8 tokens, got 9/);
  throws(() => encodeQuestion("what is 2 + 2"), /"what".*not in the vocabulary/);
});

Deno.test("encodeResponse() makes the boxed answer's opening one token and ends with EOS", () => {
  deepEqual(spell(encodeResponse("<think>3 + 14</think><answer>\\boxed{17}</answer>")), [
    "<think>",
    "3",
    "+",
    "1",
    "4",
    "</think>",
    "<answer>\\boxed{",
    "1",
    "7",
    "}</answer>",
    "<eos>",
  ]);
  deepEqual(spell(encodeResponse("<answer>b</answer>")), ["<answer>", "b", "</answer>", "<eos>"]);
});

Deno.test("encodeResponse() refuses an unknown word", () => {
  throws(() => encodeResponse("<think>hello</think>"), /"hello".*not in the vocabulary/);
});

Deno.test("decode() stops at the first EOS and refuses ids out of range", () => {
  const ids = [...encodeResponse("<think>yes and no</think>"), 9, 9, EOS];
  equal(decode(ids), "<think>yes and no</think>");
  equal(decode([EOS]), "");
  throws(() => decode([VOCABULARY.length]), /no such id/);
});

Deno.test("encodeResponse() undoes decode() for any tokens a policy may sample", () => {
  const token = fc.integer({ min: 0, max: VOCABULARY.length - 1 }).filter((id) => id !== EOS);
  fc.assert(fc.property(fc.array(token, { maxLength: RESPONSE_TOKENS }), (ids) => {
    deepEqual([...encodeResponse(decode(ids))], [...ids, EOS]);
  }));
});

Deno.test("decode() undoes encodeResponse() for every kind of demonstration, within the token limits", () => {
  const random = randomSource(3, "tokenizer test");
  for (let i = 0; i < 100 * CELLS.length; i++) {
    const prompt = demonstrationPrompt(random.at(i));
    equal(encodeQuestion(prompt.question).length, QUESTION_TOKENS);
    const worked = workedResponse(prompt), shortcut = shortcutResponse(prompt, random, 0.25);
    for (const text of [worked, shortcut, unboxed(worked)]) {
      const ids = encodeResponse(text);
      ok(ids.length <= RESPONSE_TOKENS, `${text}: ${ids.length} tokens`);
      equal(decode(ids), text);
    }
    const reasoning = encodeResponse(prompt.reasoning).length - 1;
    ok(reasoning <= 8, `${prompt.reasoning}: ${reasoning} tokens`);
    const answer = encodeResponse(prompt.solution).length - 1;
    ok(answer >= 1 && answer <= 3, prompt.solution);
  }
});
