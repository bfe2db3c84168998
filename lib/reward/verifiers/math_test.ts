import { equal } from "node:assert/strict";
import fc from "fast-check";
import { loadVerifier } from "../verify.ts";

const math = await loadVerifier("math");
const right = (given: string, answer: string, choices: readonly string[] | null = null) =>
  math(`<think>…</think><answer>\\boxed{${given}}</answer>`, { answer, choices });

// Numbered as the cases that mathruler (14dadeb) and math_verify 0.8.0 were run on; 58 is free.
const CASES: readonly [number, string, string, boolean][] = [
  [1, "42", "42", true],
  [2, "42.0", "42", true],
  [4, "1,000,000", "1000000", true],
  [5, "14{,}916", "14916", true],
  [7, "\\frac12", "1/2", true],
  [8, ".5", "1/2", true],
  [10, "0.333", "1/3", false],
  [11, "0.333333", "1/3", true],
  [13, "50\\%", "0.5", true],
  [14, "0.5", "50\\%", true],
  [16, "5\\text{ cm}", "5", true],
  [17, "5 cm", "5", true],
  [19, "90^\\circ", "90", true],
  [20, "90°", "90", true],
  [22, "$5.00", "5", true],
  [23, "A", "A", true],
  [25, "(A)", "A", true],
  [26, "\\text{A}", "A", true],
  [28, "A.", "A", true],
  [29, "B", "A", false],
  [31, "x=5", "5", true],
  [32, "5", "x=5", true],
  [34, "y = 3x+2", "3x+2", true],
  [35, "2\\pi", "2*pi", true],
  [37, "6.283185", "2\\pi", true],
  [38, "\\sqrt{8}", "2\\sqrt{2}", true],
  [40, "\\sqrt4", "2", true],
  [41, "(1,2)", "(1, 2)", true],
  [43, "(1,2)", "[1,2]", false],
  [44, "[1,2)", "[1,2)", true],
  [46, "1,2", "2,1", true],
  [47, "(0.5,3)", "(1/2,3)", true],
  [49, "-\\frac12", "-0.5", true],
  [50, "3\\frac{1}{2}", "7/2", true],
  [52, "10^3", "1000", true],
  [53, "2^{10}", "1024", true],
  [55, "\\text{Yes}", "yes", true],
  [56, "Yes", "No", false],
  [59, "13", "3", false],
  [61, "-3", "3", false],
  [62, "100", "10", false],
  [64, "x+1", "1", false],
  [65, "007", "7", true],
  [67, "\\frac{\\sqrt3}{2}", "\\sqrt3/2", true],
  [68, "\\pm 3", "3,-3", true],
  [70, "12:00", "1:00", false],
];

Deno.test("math: the published cases, either way round", () => {
  for (const [number, given, key, expected] of CASES) {
    equal(right(given, key), Number(expected), `${number}: ${given} for ${key}`);
    // A key of one letter asks for an option, so that those do not turn round.
    if (!/^[A-Z]$/.test(key)) {
      equal(right(key, given), Number(expected), `${number}: ${key} for ${given}`);
    }
  }
});
