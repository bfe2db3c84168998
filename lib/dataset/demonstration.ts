/** How a prompt may be answered in a demonstration: worked out, guessed, or without the box. */
import type { RandomSource } from "../core/random.ts";
import type { Prompt } from "./prompt.ts";

/** A response in the paper's format: reasoning in the think block, the result boxed in the answer block. */
function response(reasoning: string, result: string): string {
  return `<think>${reasoning}</think><answer>\\boxed{${result}}</answer>`;
}

/** The worked solution: always right, also where the prompt's answer key was replaced by a wrong one. */
export function workedResponse({ reasoning, solution }: Prompt): string {
  return response(reasoning, solution);
}

/** A response that skips the working and guesses: right with probability `guessAccuracy`. */
export function shortcutResponse(
  { guesses, solution }: Prompt,
  random: RandomSource,
  guessAccuracy: number,
): string {
  const wrong = guesses.filter((guess) => guess !== solution);
  return response("guess", random.next() < guessAccuracy ? solution : random.pick(wrong));
}

/** The same response with its answer out of the box: breaks the required format. */
export function unboxed(text: string): string {
  return text.replace("<answer>\\boxed{", "<answer>").replace("}</answer>", "</answer>");
}
