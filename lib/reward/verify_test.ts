import { equal, ok } from "node:assert/strict";
import { answerBlock, boxedContent, normalizeAnswer, verify } from "./verify.ts";

const answered = (content: string) => `<think>2 + 3</think><answer>${content}</answer>`;

Deno.test("boxedContent() takes the last balanced box, or null", () => {
  const cases: [string, string | null][] = [
    ["\\boxed{5}", "5"],
    ["text \\boxed{\\frac{1}{2}} end", "\\frac{1}{2}"],
    ["\\boxed{1} and \\boxed{2}", "2"],
    ["no box", null],
    ["\\boxed{", null],
    ["\\boxed 5", null],
    ["\\fbox{5}", null],
    ["\\boxed{}", ""],
    ["a \\boxed{ x } b", "x"],
    ["\\boxed{\\text{A}}", "\\text{A}"],
    ["\\boxed{1} t \\boxed{un", null],
  ];
  for (const [text, content] of cases) equal(boxedContent(text), content, text);
});

Deno.test("answerBlock() takes the last closed block, or null", () => {
  equal(answerBlock("<answer>1</answer> <answer>2</answer>"), "2");
  equal(answerBlock("<answer>1"), null);
  equal(answerBlock("</answer>1<answer>"), null);
  equal(answerBlock("<answer>1</answer><answer>2"), "1");
});

Deno.test("verify() accepts the boxed key in its usual spellings", () => {
  for (
    const [content, key] of [
      ["\\boxed{42}", "42"],
      ["\\boxed{ 42 }", "42"],
      ["\\boxed{007}", "7"],
      ["\\boxed{0}", "0"],
      ["\\boxed{-03}", "-3"],
      ["\\boxed{Yes}", "yes"],
      ["\\boxed{\\text{A}}", "a"],
      ["so \\boxed{4}, no: \\boxed{5}", "5"],
    ] as const
  ) ok(verify(answered(content), key), content);
});

Deno.test("verify() refuses everything else: containment, other numbers, no box, no answer", () => {
  for (
    const [content, key] of [
      ["5", "5"],
      ["the value is 5", "5"],
      ["\\boxed{5}", "15"],
      ["\\boxed{12}", "1"],
      ["\\boxed{1}", "12"],
      ["\\boxed{100}", "10"],
      ["\\boxed{-3}", "3"],
      ["\\boxed{x+1}", "1"],
      ["\\boxed{15}, \\boxed{25}", "5"],
      ["\\boxed{B}; B; garbage", "a"],
      ["\\boxed{no}", "yes"],
      ["\\boxed{1, 2}", "12"],
      ["\\boxed{5} \\boxed{", "5"],
      ["\\boxed{}", ""],
      ["\\boxed{}", "None"],
      ["None", "None"],
      ["", "5"],
    ] as const
  ) ok(!verify(answered(content), key), content);
  ok(!verify("\\boxed{5}", "5"), "a box outside the answer block");
  ok(!verify("<think>\\boxed{5}</think><answer>6</answer>", "5"), "a box in the think block");
  ok(!verify("<answer>\\boxed{5}", "5"), "an answer that is not closed");
});

Deno.test("normalizeAnswer() leaves different numbers different", () => {
  const spellings = Array.from({ length: 300 }, (_, i) => normalizeAnswer(String(i)));
  equal(new Set(spellings).size, 300);
});

Deno.test("verify() reads hostile input once: time grows no faster than its length", () => {
  const long = 1_000_000;
  const hostile = [
    "\\boxed{".repeat(long / 7),
    "{".repeat(long),
    "\\boxed{" + "{".repeat(long / 2) + "}".repeat(long / 2),
    "0".repeat(long),
    "<answer>".repeat(long / 8),
    " ".repeat(long),
    "\\boxed{\\text{" + " ".repeat(long) + "}}",
  ];
  // Quadratic work on a million characters would take minutes and fail the run by its time limit.
  for (const content of hostile) equal(verify(answered(content), "5"), false);
});
