import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { loadVerifier } from "../verify.ts";
import { deadlineIn } from "./deadline.ts";

const math = await loadVerifier("math");
const right = (given: string, answer: string, choices: readonly string[] | null = null) =>
  math(`<think>…</think><answer>\\boxed{${given}}</answer>`, { answer, choices });

/** Pairs whose outcome is not as expected, either way round. */
const wrongly = (expected: 0 | 1, pairs: readonly (readonly [string, string])[]) =>
  pairs.flatMap(([a, b]) => [[a, b], [b, a]] as const).filter(([a, b]) => right(a, b) !== expected);

// Numbered as the cases that mathruler (14dadeb) and math_verify 0.8.0 were run on; 58 (5.0000004 and 5) is free.
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
    if (/^[A-Z]$/.test(key)) continue;
    equal(right(key, given), Number(expected), `${number}: ${key} for ${given}`);
  }
});

Deno.test("math: whole responses, read strictly", () => {
  const cases: [string, string, 0 | 1][] = [
    ["\\boxed{5}", "5", 1],
    ["5", "5", 0],
    ["\\boxed{5}", "15", 0],
    ["\\boxed{15}, \\boxed{25}", "5", 0],
    ["the value is 5", "5", 0],
    ["\\boxed{A}", "A", 1],
    ["\\boxed{B}; B; garbage", "A", 0],
    ["Answer", "A", 0],
    ["\\boxed{Answer}", "A", 0],
    ["I pick B. it is A", "A", 0],
    ["\\boxed{A}", "B", 0],
    ["B", "B", 0],
    ["\\boxed{1/3}", "0.333", 0],
    ["\\boxed{0.33}", "1/3", 0],
    ["\\boxed{50\\%}", "50", 0],
    ["\\boxed{50\\%}", "0.5", 1],
    ["\\boxed{2\\pi}", "6.28", 0],
    ["\\boxed{three}", "3", 0],
    ["\\boxed{no}", "yes", 0],
    ["\\boxed{12}", "1", 0],
    ["\\boxed{1}", "12", 0],
    ["", "5", 0],
    ["\\boxed{}", "", 0],
    ["\\boxed{None}", "5", 0],
    ["None", "None", 0],
  ];
  for (const [content, answer, expected] of cases) {
    const response = `<think>3 and 4</think><answer>${content}</answer>`;
    equal(math(response, { answer }), expected, `${content} for ${answer}`);
  }
  equal(math("\\boxed{5}", { answer: "5" }), 1, "without tags");
  equal(math("<think>\\boxed{5}</think><answer>\\boxed{6}</answer>", { answer: "5" }), 0);
  equal(
    math("<think>\\boxed{5}</think><answer>6</answer>", { answer: "5" }),
    0,
    "boxed, but no answer",
  );
});

Deno.test("math: two ways to write the same", () => {
  deepEqual(
    wrongly(1, [
      ["(x+1)^2", "x^2+2x+1"],
      ["\\frac{x^2-1}{x-1}", "x+1"],
      ["\\frac{1}{1+\\frac{1}{x}}", "\\frac{x}{x+1}"],
      ["a^2-b^2", "(a-b)(a+b)"],
      ["\\sqrt{x^2}", "|x|"],
      ["x_1+x_2", "x_2+x_1"],
      ["\\alpha\\beta", "\\beta\\alpha"],
      ["1/2x", "\\frac{x}{2}"],
      ["7 3/4", "31/4"],
      ["-3\\frac12", "-3.5"],
      ["2\\frac{1}{2}x", "\\frac{5x}{2}"],
      ["\\sqrt[3]{27}", "3"],
      ["1.5\\times10^3", "1500"],
      ["1.5e3", "1500"],
      ["0.1\\overline{6}", "1/6"],
      ["2^{100}", "1267650600228229401496703205376"],
      ["\\mathrm{e}^2", "7.389056"],
      ["\\$1,234.50", "1234.5"],
      ["50 percent", "0.5"],
      ["12\\text{ square inches}", "12 in^2"],
      ["5 \\text{ m}", "5\\text{ meters}"],
      ["25^\\circ\\text{C}", "25"],
      ["x>5", "5<x"],
      ["x>5", "(5,\\infty)"],
      ["7 \\geq x \\geq -2", "x\\in[-2,7]"],
      ["\\{1,2\\}", "2, 1"],
      ["x=1\\text{ or }x=2", "1,2"],
      ["x=\\pm 2", "2,-2"],
      ["1\\pm\\sqrt2", "1+\\sqrt2, 1-\\sqrt2"],
      ["100,200", "200, 100"],
      ["2x+2y=2", "x+y=1"],
      ["y=2x+1", "2x-y+1=0"],
      ["3+2=5", "5"],
      ["f(x)=x^2", "x^2"],
      ["(-\\infty,3]\\cup[5,\\infty)", "[5,\\infty)\\cup(-\\infty,3]"],
      ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{bmatrix}1\\\\ 2.0\\end{bmatrix}"],
      ["\\emptyset", "\\{\\}"],
      ["\\text{north east}", "North  East"],
      ["1 000", "1000"],
      ["5\\text{\\%}", "0.05"],
      ["5\\text{x}", "5x"],
      ["AB=5\\text{ cm}", "5"],
      ["f(2)=4", "4"],
      ["x<3\\text{ or }x>5", "(5,\\infty)\\cup(-\\infty,3)"],
      ["5:00 pm", "5:00 PM"],
    ]),
    [],
  );
});

Deno.test("math: functions and complex numbers, by the library", () => {
  deepEqual(
    wrongly(1, [
      ["\\sin(2x)", "2\\sin x\\cos x"],
      ["sin(x)^2", "1-\\cos^2 x"],
      ["\\sin^2 x+\\cos^2 x", "1"],
      ["\\ln(8)", "3\\ln 2"],
      ["\\ln 2", "0.693147"],
      ["\\log_2 8", "3"],
      ["log(100)", "2"],
      ["\\arctan(1)", "\\pi/4"],
      ["\\cos 60^\\circ", "1/2"],
      ["5!", "120"],
      ["\\binom{5}{2}", "10"],
      ["2+3i", "3i+2"],
      ["i^2", "-1"],
      ["\\sqrt{-4}", "2i"],
      ["e^{i\\pi}", "-1"],
    ]),
    [],
  );
});

Deno.test("math: what only looks alike", () => {
  deepEqual(
    wrongly(0, [
      ["x=5", "2x=10"],
      ["y=5", "x=5"],
      ["x=5,y=6", "5"],
      ["5 cm", "5 km"],
      ["5\\text{ apples}", "5\\text{ oranges}"],
      ["0.0000001", "0.0000002"],
      ["1e-9", "0"],
      ["0.333333", "0.333335"],
      ["east", "seat"],
      ["the answer is 5", "5"],
      ["not A", "A"],
      ["x+1", "x+2"],
      ["\\sqrt{x}", "x"],
      ["|x|", "x"],
      ["1/2x", "1/(2x)"],
      ["\\sin x", "\\cos x"],
      ["\\ln 2", "\\log_{10} 2"],
      ["2+3i", "2-3i"],
      ["(1,2)", "(2,1)"],
      ["\\{1,2\\}", "(1,2)"],
      ["1,2", "12"],
      ["1,2", "1,2,2"],
      ["x>5", "x\\ge 5"],
      ["x>5", "x<5"],
      ["\\frac{1}{0}", "\\frac{2}{0}"],
      ["123456789012345678901", "123456789012345678902"],
      ["12:00", "12"],
      ["1.2.3", "1.2"],
      ["5 6", "56"],
      ["5 6", "30"],
      ["5\\text{x}", "5"],
      ["5\\text{\\%}", "5"],
      ["5:00 pm", "5:00 am"],
      ["AB=5", "CD=5"],
      ["f(2)=4", "f(3)=4"],
      ["x<3\\text{ or }y>5", "(-\\infty,3)\\cup(5,\\infty)"],
      ["x<3", "(-\\infty,3)\\cup(5,\\infty)"],
      ...[
        " million",
        " dozen",
        "k",
        " or more",
        " or less",
        " and above",
        " is wrong",
        " not",
        " (base 7)",
      ].map((words) => [`5\\text{${words}}`, "5"] as const),
    ]),
    [],
  );
});

Deno.test("math: options by letter, and by value where the choices are known", () => {
  const choices = ["\\frac12", "2", "12 cm"];
  for (
    const given of [
      "B",
      "b",
      "(B)",
      "B.",
      "B) 2",
      "B: two",
      "\\textbf{B}",
      "2",
      "2.0",
      "\\frac{4}{2}",
    ]
  ) {
    equal(right(given, "B", choices), 1, given);
  }
  const others = ["A", "C", "AB", "A, B", "Because", "12", "1/2", "22"];
  const several = ["(B)(C)", "(B), (C)", "B) and C)", "B) or C)", "B. 2 C. 3", "B: 2, C: 3"];
  for (const given of [...others, ...several]) {
    equal(right(given, "B", choices), 0, given);
  }
  equal(right("2", "B"), 0, "a value, where the choices are not known");
  equal(right("B", "2", choices), 1, "the letter of an option that is given by its value");
  equal(right("C", "2", choices), 0);
  equal(right("D", "D", choices), 1, "a letter beyond the choices is still a letter");
});

const integer = fc.integer({ min: -1e9, max: 1e9 });
const decimal = fc.tuple(
  fc.integer({ min: -99999, max: 99999 }),
  fc.integer({ min: 0, max: 999999 }),
)
  .map(([whole, part]) => `${whole}.${String(part).padStart(6, "0")}`);
const fraction = fc.tuple(integer, fc.integer({ min: 1, max: 1e6 }))
  .map(([a, b]) => `\\frac{${a}}{${b}}`);
const number = fc.oneof(integer.map(String), decimal, fraction);

Deno.test("math: every number is itself, and nothing else its own negative or next", () => {
  fc.assert(fc.property(number, (x) => {
    equal(right(x, x), 1);
    equal(right(`${x}+1`, x), 0);
    equal(right(`2 (${x})`, `${x} + ${x}`), 1);
  }));
  fc.assert(fc.property(integer, integer, (a, b) => {
    equal(right(String(a), String(b)), Number(a === b));
    equal(right(`${a}.0`, String(b)), Number(a === b));
    equal(right(`\\frac{${3 * a}}{3}`, String(b)), Number(a === b));
  }));
});

Deno.test("math: symmetrical", () => {
  const letter = fc.constantFrom("x", "y", "\\pi", "2", "7", "0.5", "\\sqrt{3}", "\\sin x");
  const operation = fc.constantFrom("+", "-", "*", "/", ",", "=", "<", "^");
  const text = fc.array(fc.tuple(letter, operation), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.flat().slice(0, -1).join(" "));
  fc.assert(
    fc.property(text, text, (a, b) => equal(right(a, b), right(b, a), `${a} | ${b}`)),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("math: polynomials are equal exactly when their coefficients are", () => {
  const coefficients = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
  fc.assert(fc.property(coefficients, coefficients, ([a, b, c], [d, e, f]) => {
    const sum = `(${a})x^2+(${b})x+(${c})`, horner = `((${d})x+(${e}))x+(${f})`;
    equal(right(sum, horner), Number(a === d && b === e && c === f));
  }));
});

Deno.test("math: what was read before does not change what is read now", () => {
  for (const before of ["f(x)", "\\sin(f)", "x(x+1)", "\\log_x 2", "x=7"]) right(before, "\\sin x");
  deepEqual(wrongly(1, [["\\sin(f)+x", "x+\\sin f"], ["\\sin(2x)", "2\\sin(x)\\cos(x)"]]), []);
});

const times = (text: string, count: number) => text.repeat(count);
const HOSTILE: Readonly<Record<string, string>> = {
  "a number of 10⁶ digits": times("9", 1e6),
  "a number just short enough": times("9", 60),
  "spaces": `5${times(" ", 1e6)}x`,
  "boxes": times("\\boxed{", 1e5),
  "parentheses": times("(", 1e5) + times(")", 1e5),
  "braces": `${times("{", 1e5)}6${times("}", 1e5)}`,
  "fractions in fractions": `${times("\\frac{1}{1+", 200)}x${times("}", 200)}`,
  "a sum of fractions": Array.from({ length: 40 }, (_, i) => `1/(x+${i})`).join("+"),
  "a tower": "10^{10^{10}}",
  "a taller tower": "9^{9^{9^{9}}}",
  "a tower without braces": times("2^", 190) + "2",
  "powers of powers": "((((((((((2^9)^9)^9)^9)^9)^9)^9)^9)^9)^9)",
  "a high degree": times("x^9", 100),
  "factorials of factorials": "9!!!!!!",
  "a factorial in parentheses": "(((9!)!)!)!",
  "a large factorial": "99999!",
  "a sum of factorials": `${times("170!+", 39)}1`,
  "a list": `${times("1,", 1e5)}1`,
  "a list for the library": Array.from({ length: 20 }, (_, i) => `\\sin(${i}x)`).join(","),
  "an odd number of signs": times("-", 391) + "5",
  "signs for the library": `\\sin(${times("-", 150)}x)`,
  "bars": times("|", 390),
  "bars for the library": `\\sin(x)${times("|", 150)}`,
  "functions of functions": `${times("\\sin(", 11)}x${times(")", 11)}`,
  "functions without brackets": times("\\ln\\infty", 20),
  "functions with subscripts": times("\\exp_n ", 25),
  "a power of a function": "\\sin(2)^{999999999}",
  "a tower in a function": "\\sin(9^{9^{9^9}})",
  "a power of a sum": "(\\sin x+\\cos x)^{999}",
  "exponentials": "\\exp(\\exp(\\exp(\\exp(9))))",
  "powers of i": `${times("i^", 100)}i`,
  "binomials": `\\binom{999}{499}${times("+\\binom{999}{498}", 10)}`,
  "mixed numbers": times("3\\frac12", 40),
  "words": `5 ${times("ab ", 120)}!`,
  "letters": `5${times("a", 390)}1`,
  "text in text": `${times("\\text{", 60)}6${times("}", 60)}`,
  "roots": `${times("\\sqrt", 70)}2`,
  "a matrix": `\\begin{pmatrix}${times("1&", 90)}1\\end{pmatrix}`,
  "relations": `${times("x=", 190)}6`,
  "signs of ±": times("\\pm", 100),
  "a sum": "\\sum_{i=1}^{10^9} i",
  "an assignment": "x := 5",
  "an exponent no number has": "1e999",
  "a property's name": "__proto__",
};

Deno.test("math: hostile answers are wrong, and soon", () => {
  for (const [name, given] of Object.entries(HOSTILE)) {
    for (const key of ["5", "\\sin(x)+1", "x^2+1", "(1,2)", "A"]) {
      // 100 ms where nothing else runs; the rest is for compiling and collecting. Without bounds it would be minutes.
      const isTimeUp = deadlineIn(300);
      equal(right(given, key), 0, `${name} for ${key}`);
      ok(!isTimeUp(), `${name} for ${key}`);
    }
  }
});
