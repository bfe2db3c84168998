/** What a family of mathematics is: a maker of problems in three levels. */
import type { RandomSource } from "../core/random.ts";
import type { Image } from "./picture.ts";

/** Difficulty within a family, from 1 (easiest). */
export type Level = 1 | 2 | 3;
/** Every family has these. */
export const LEVELS: readonly Level[] = [1, 2, 3];

/** One problem before it becomes a prompt: its picture has no noise yet. */
export interface Problem {
  /** Words separated by single spaces. */
  readonly question: string;
  readonly image: Image | null;
  /** Worked steps: what one would note down on the way to the answer. */
  readonly reasoning: string;
  readonly answer: string;
  /** Plausible answers, the right one among them. */
  readonly guesses: readonly string[];
}

/** A family of mathematics. */
export interface Family {
  readonly name: string;
  /** True where every problem comes with a picture. */
  readonly illustrated: boolean;
  /** Draws one problem. Equal question and picture always have equal answers. */
  readonly generate: (level: Level, random: RandomSource) => Problem;
}

/** The whole numbers from `low` to `high`, both included, as answers. */
export function numbers(low: number, high: number): string[] {
  return Array.from({ length: high - low + 1 }, (_, i) => String(low + i));
}

/**
 * Six numbers of about the size of `answer`: the block of six, counted in multiples of `unit`, that it falls in.
 * Blocks do not centre on the answer, so a guess tells its size and nothing more.
 */
export function sameSize(answer: number, unit = 1): string[] {
  const low = Math.floor(answer / unit / 6) * 6;
  return numbers(low, low + 5).map((value) => String(Number(value) * unit));
}
