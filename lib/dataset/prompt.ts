/** What a data set holds: prompts with a question, an image, an answer key, and worked reasoning. */

/** Side of a square image in pixels. */
export const IMAGE_SIDE = 16;
/** Longest question, in tokens of the vocabulary. Shorter ones are padded. */
export const QUESTION_TOKENS = 8;
/** Longest response, in tokens of the vocabulary, the end-of-sequence token included. */
export const RESPONSE_TOKENS = 16;

/** One question with everything needed to ask, check and teach it. */
export interface Prompt {
  /** Stable name: equal content has an equal id. */
  readonly id: string;
  /** Where it comes from: `microMath`, or the name of a source in a mixture. */
  readonly source: string;
  readonly family: string;
  /** Difficulty within the family, from 1 (easiest). */
  readonly level: number;
  /** Words of the vocabulary separated by single spaces, at most {@link QUESTION_TOKENS}. */
  readonly question: string;
  /** Grey levels in [0, 1], row by row, `IMAGE_SIDE`² of them; null for a text-only prompt. */
  readonly image: Float32Array | null; // [IMAGE_SIDE * IMAGE_SIDE]
  /** The answer key the verifier compares with: wrong on purpose where `solvable` is false. */
  readonly answer: string;
  /** Options of a multiple-choice question, in order A, B, …; null when free-form, or not known. */
  readonly choices: readonly string[] | null;
  /** False where the answer key was replaced by a wrong one (stress case). */
  readonly solvable: boolean;
  /** Worked steps that lead to the true answer: words of the vocabulary. */
  readonly reasoning: string;
  /** The true answer. */
  readonly solution: string;
  /** Plausible answers, the true one among them: what a guess is drawn from. */
  readonly guesses: readonly string[];
}

/** The names of the five benchmark splits. */
export const BENCHMARKS = ["verse", "vista", "vision", "logic", "chart"] as const;
/** One of the five benchmark splits. */
export type Benchmark = typeof BENCHMARKS[number];

/** Prompts that no training sees. */
export interface HeldOut {
  readonly validation: readonly Prompt[];
  /** By name; empty where a data set has none. */
  readonly benchmarks: Readonly<Record<string, readonly Prompt[]>>;
}

/** A data set: what is held out is not in the pool. */
export interface Dataset extends HeldOut {
  /** The pool reinforcement learning draws from. */
  readonly train: readonly Prompt[];
}
