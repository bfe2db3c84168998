import { equal } from "node:assert/strict";
import { requiredFormat } from "./format.ts";

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
