import { equal } from "node:assert/strict";
import { mmr1Accuracy } from "./mmr1_compat.ts";

const accuracy = (content: string, answer: string) =>
  mmr1Accuracy(`<think>hmm</think><answer>${content}</answer>`, { answer });

// What LengSicong/MMR1 d8161a0, verl/utils/reward_score/r1v.py, gave with mathruler and math_verify installed.
const MEASURED: readonly [string, string, number][] = [
  ["\\boxed{5}", "5", 1],
  ["5", "5", 0.5],
  ["\\boxed{5}", "15", 1],
  ["\\boxed{15}, \\boxed{25}", "5", 1],
  ["the value is 5", "5", 0.5],
  ["\\boxed{A}", "A", 1],
  ["\\boxed{B}", "A", 1],
  ["B", "A", 1],
  ["garbage", "A", 1],
  ["Answer", "A", 1],
  ["I pick B. it is A", "A", 1],
  ["garbage", "E", 1],
  ["\\boxed{A}", "B", 0.1],
  ["B", "B", 0.1],
  ["\\boxed{B}", "B", 1],
  ["\\boxed{C}", "C", 1],
  ["\\boxed{A}", "D", 0.1],
  ["\\boxed{1/3}", "0.333", 1],
  ["\\boxed{0.33}", "1/3", 1],
  ["\\boxed{50\\%}", "50", 1],
  ["\\boxed{50\\%}", "0.5", 1],
  ["\\boxed{2\\pi}", "6.28", 1],
  ["\\boxed{three}", "3", 1],
  ["\\boxed{no}", "yes", 0],
  ["\\boxed{12}", "1", 1],
  ["\\boxed{1}", "12", 1],
  ["", "5", 0],
  // Containment.
  ["\\boxed{13}", "3", 1],
  ["\\boxed{3}", "13", 1],
  ["\\boxed{-3}", "3", 1],
  ["\\boxed{3.5}", "3", 1],
  ["\\boxed{100}", "10", 1],
  ["\\boxed{2}", "12", 1],
  ["\\boxed{1/3}", "1", 1],
  ["\\boxed{x+1}", "1", 1],
  ["\\boxed{.5}", "5", 1],
  ["\\boxed{25}", "5", 1],
  ["\\boxed{incorrect}", "correct", 1],
  ["\\boxed{7}", "3", 0],
  ["\\boxed{8}", "9", 0],
];

Deno.test("mmr1Accuracy() gives what MMR1's function was measured to give, defects and all", () => {
  for (const [content, answer, expected] of MEASURED) {
    equal(accuracy(content, answer), expected, `${content} for ${answer}`);
  }
  equal(mmr1Accuracy("\\boxed{5}", { answer: "5" }), 1, "without tags");
});

Deno.test("mmr1Accuracy() compares numbers rounded to what the shorter shows", () => {
  equal(accuracy("\\boxed{\\frac{2}{3}}", "0.667"), 1, "three decimals of a fraction");
  equal(accuracy("\\boxed{\\sqrt{2}}", "1.4142"), 1, "four decimals");
  equal(accuracy("\\boxed{3.14159}", "2.718"), 0);
});

Deno.test("mmr1Accuracy() reads hostile responses in bounded time", () => {
  const hostile = [
    "9".repeat(1e6),
    "{".repeat(1e6),
    "1 ".repeat(5e5),
    "x^9".repeat(3e5),
    "\\boxed{".repeat(1e5),
  ];
  for (const content of hostile) {
    equal(accuracy(content, "no such thing, and a long one") < 1, true);
  }
});
