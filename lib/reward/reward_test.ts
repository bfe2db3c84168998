import { deepEqual, equal } from "node:assert/strict";
import { randomSource } from "../core/random.ts";
import { shortcutResponse, unboxed, workedResponse } from "../dataset/demonstration.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { scoreResponse } from "./reward.ts";

const weights = { format: 0.5, accuracy: 2 };
const dataset = createMicroMath(
  microMath({ prompts: 2000, validationPrompts: 50, benchmarkPrompts: 10, unsolvable: 0.5 }),
);

Deno.test("scoreResponse() weighs both checks independently", () => {
  const score = (response: string) => scoreResponse(response, { answer: "7" }, weights);
  const right = "<think>3 + 4</think><answer>\\boxed{7}</answer>";
  deepEqual(score(right), { accuracy: 1, format: 1, reward: 2.5 });
  deepEqual(score(`${right}?`), { accuracy: 1, format: 0, reward: 2 });
  deepEqual(score(right.replace("7}", "8}")), { accuracy: 0, format: 1, reward: 0.5 });
  deepEqual(score("7"), { accuracy: 0, format: 0, reward: 0 });
});

Deno.test("scoreResponse() finds the worked response right exactly where the key is the true one", () => {
  for (const prompt of dataset.train) {
    const { accuracy, format } = scoreResponse(workedResponse(prompt), prompt, weights);
    deepEqual({ accuracy, format }, { accuracy: prompt.solvable ? 1 : 0, format: 1 }, prompt.id);
  }
});

Deno.test("scoreResponse() gives an unboxed response neither reward", () => {
  for (const prompt of dataset.validation) {
    equal(scoreResponse(unboxed(workedResponse(prompt)), prompt, weights).reward, 0);
  }
});

Deno.test("shortcutResponse() is right as often as it was told to be", () => {
  const random = randomSource(0, "shortcuts"), draws = 2000, rate = 0.25;
  const right = Array.from({ length: draws }, (_, i) => {
    const prompt = dataset.validation[i % dataset.validation.length]!;
    const score = scoreResponse(shortcutResponse(prompt, random, rate), prompt, weights);
    equal(score.format, 1);
    return score.accuracy;
  }).reduce<number>((sum, one) => sum + one, 0) / draws;
  const error = Math.sqrt(rate * (1 - rate) / draws);
  equal(Math.abs(right - rate) < 4 * error, true, `${right} of ${rate} ± ${4 * error}`);
});
