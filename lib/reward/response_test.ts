import { deepEqual, equal } from "node:assert/strict";
import { parseResponse } from "./response.ts";

const parts = (text: string) => {
  const { think, answer, boxed } = parseResponse(text, new Int32Array(3), false);
  return { think, answer, boxed };
};

Deno.test("parseResponse() takes a response apart, and says null for what is not there", () => {
  const cases: [string, string | null, string | null, string | null][] = [
    ["<think>a</think><answer>so \\boxed{7}</answer>", "a", "so \\boxed{7}", "7"],
    ["<think></think><answer></answer>", "", "", null],
    ["<think>a", null, null, null],
    ["a</think><answer>b", null, null, null],
    ["<think>a<think>b</think>c</think>", "a<think>b", null, null],
    ["\\boxed{7}", null, null, null],
    ["<answer>\\boxed{}</answer>", null, "\\boxed{}", null],
    [
      "<answer>1</answer><answer>\\boxed{1} \\boxed{2}</answer>",
      null,
      "\\boxed{1} \\boxed{2}",
      "2",
    ],
    ["", null, null, null],
  ];
  for (const [text, think, answer, boxed] of cases) {
    deepEqual(parts(text), { think, answer, boxed }, text);
  }
});

Deno.test("parseResponse() counts tokens, not characters", () => {
  const response = parseResponse("<think>", Int32Array.of(2, 1), true);
  equal(response.length, 2);
  equal(response.isTruncated, true);
  deepEqual(response.tokens, Int32Array.of(2, 1));
});
