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
  readonly family: string;
  /** Difficulty within the family, from 1 (easiest). */
  readonly level: number;
  /** Words of the vocabulary separated by single spaces, at most {@link QUESTION_TOKENS}. */
  readonly question: string;
  /** Grey levels in [0, 1], row by row, `IMAGE_SIDE`² of them; null for a text-only prompt. */
  readonly image: Float32Array | null; // [IMAGE_SIDE * IMAGE_SIDE]
  /** The answer key the verifier compares with: wrong on purpose where `solvable` is false. */
  readonly answer: string;
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

/** A data set: the splits share no prompt. */
export interface Dataset {
  /** The pool reinforcement learning draws from. */
  readonly train: readonly Prompt[];
  readonly validation: readonly Prompt[];
  readonly benchmarks: Readonly<Record<Benchmark, readonly Prompt[]>>;
}
