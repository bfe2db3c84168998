import { deepEqual, equal } from "node:assert/strict";
import { FORMAT_RULES, hasFormat, requiredFormat } from "./format.ts";

const GOOD = "<think>3 + 4 = 7</think><answer>\\boxed{7}</answer>";

Deno.test("requiredFormat() accepts a think block, then an answer block with a box", () => {
  for (
    const response of [
      GOOD,
      ` ${GOOD.replace("</think>", "</think>\n\n")} `,
      "<think></think><answer>\\boxed{yes}</answer>",
      "<think>x</think><answer>it is \\boxed{7} here</answer>",
    ]
  ) equal(requiredFormat(response), true, response);
});

Deno.test("requiredFormat() refuses every departure from it", () => {
  for (
    const response of [
      "",
      "\\boxed{7}",
      "<think>3</think>",
      "<answer>\\boxed{7}</answer>",
      "<think>3</think><answer>7</answer>",
      "<think>3</think><answer>\\boxed{7</answer>",
      "<think>3</think><answer>\\boxed{}</answer>",
      "<think>\\boxed{7}</think><answer>7</answer>",
      "<think>3<answer>\\boxed{7}</answer></think>",
      "<answer>\\boxed{7}</answer><think>3</think>",
      `${GOOD}${GOOD}`,
      `so ${GOOD}`,
      `${GOOD} done`,
      GOOD.replace("</think>", "</think> and "),
      GOOD.replace("<think>", "<think><think>"),
      GOOD.replace("</answer>", ""),
      GOOD.replace("<think>", "</think>").replace("4 = 7</think>", "4 = 7<think>"),
    ]
  ) equal(requiredFormat(response), false, response);
});

/**
 * Verdicts of the published functions themselves, run in Python: format_reward_batch (MMR1), math.py (EasyR1),
 * reward_func_qwen_instruct.py (MM-EUREKA), verify_format (LMM-R1). Each column is one of them.
 */
const PUBLISHED:
  readonly (readonly [string, mmr1: 0 | 1, easyr1: 0 | 1, eureka: 0 | 1, lmm: 0 | 1])[] = [
    ["", 0, 0, 0, 0],
    ["<think>a</think><answer>\\boxed{1}</answer>", 1, 1, 1, 1],
    ["<think>aa</think><answer>\\boxed{}</answer>", 1, 1, 1, 1],
    ["<think>a</think><answer>1</answer>", 1, 0, 1, 1],
    ["<think></think><answer>1</answer>", 1, 0, 0, 1],
    ["<think>a</think><answer></answer>", 1, 0, 0, 1],
    ["<think></think><answer>\\boxed{1}</answer>", 1, 1, 0, 1],
    ["\n<think></think><answer>\\boxed{}</answer>", 1, 1, 0, 1],
    ["<think>a</think> <answer>\\boxed{1}</answer>", 1, 1, 1, 0],
    ["<think>a</think>\n<answer>\\boxed{}\n</answer>", 1, 1, 1, 0],
    ["<think>a\n</think> <answer>1}</answer>", 1, 0, 1, 0],
    ["<think>a<answer></think>\\boxed{}</answer>", 1, 1, 0, 0],
    ["<think>a</think>\\boxed{<answer>}</answer>", 1, 1, 0, 0],
    ["<think>a</think>1<answer>}</answer>", 1, 0, 0, 0],
    ["a<think>a</think><answer>1</answer>", 0, 0, 1, 0],
    ["<think>a</think><answer>\\boxed{}</answer>a", 0, 1, 1, 0],
    ["<think>a</think>\\boxed{1}", 0, 1, 0, 0],
    ["<think>a</think><answer>\\boxed{1</answer>}", 0, 1, 1, 0],
  ];

Deno.test("hasFormat() decides as the published code does", () => {
  for (const [response, ...verdicts] of PUBLISHED) {
    const rules = ["mmr1", "easyr1", "mm-eureka", "lmm-r1"] as const;
    deepEqual(rules.map((rule) => Number(hasFormat(response, rule))), verdicts, response);
  }
});

Deno.test("hasFormat() asks for a box nowhere but where the rule does", () => {
  const unboxed = GOOD.replace("\\boxed{7}", "7");
  deepEqual(FORMAT_RULES.map((rule) => hasFormat(unboxed, rule)), [false, true, false, true, true]);
});

Deno.test("hasFormat() reads hostile input once: time grows no faster than its length", () => {
  const long = 200_000;
  const pieces = [
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    " ",
    "\n",
    "\\boxed{",
    "<",
    " <think>",
    "}",
  ];
  for (const piece of pieces) {
    const text = piece.repeat(long / piece.length);
    // Quadratic work on so many characters would take minutes and fail the run by its time limit.
    for (const rule of FORMAT_RULES) {
      for (const response of [text, `<think>${text}</think> <answer>${text}`]) {
        hasFormat(response, rule);
      }
      equal(hasFormat(text, rule), false, `${rule}: ${piece}`);
    }
  }
});
