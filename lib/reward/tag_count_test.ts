import { equal } from "node:assert/strict";
import { createTagCount, tagCount } from "./tag_count.ts";
import { makeInput } from "./testdata/inputs.ts";

// tag_count_reward of open-r1, run in Python; but for the last case, whose tags have no line break beside them.
Deno.test("createTagCount() gives a quarter of its weight for each tag that stands once", () => {
  const reward = createTagCount(tagCount({ weight: 2 }));
  const cases: [string, number][] = [
    ["<think>\na\n</think>\n<answer>\nb\n</answer>", 2],
    ["<think>\na\n</think>\n", 1],
    ["<think>\n<think>\n\n</think>\n<answer>\n\n</answer>", 1.5],
    ["\n</answer>", 0.5],
    ["a", 0],
    ["", 0],
    ["<answer>\\boxed{7}</answer>", 1],
  ];
  for (const [text, value] of cases) equal(reward(makeInput({ text })), value, text);
});
