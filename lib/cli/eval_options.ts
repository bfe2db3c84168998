/** What `eval` is asked for, as typed values. */
import { ConfigError } from "../core/errors.ts";
import type { WhichPolicy } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";

/** By what accuracy can be told apart, and the field of the result that has it. */
export const SLICES = {
  family: "families",
  level: "levels",
  modality: "modalities",
  source: "sources",
} as const;
/** One key of {@link SLICES}. */
export type Slice = keyof typeof SLICES;

/** Null where the run's own value holds. */
export interface EvalOptions {
  /** Names as given; `all` is every split. */
  readonly splits: readonly string[] | "all";
  readonly checkpoint: WhichPolicy;
  readonly samples: number | null;
  readonly temperature: number | null;
  readonly seed: number | null;
  readonly by: Slice | null;
}

/** The limits of `evaluation.samples` and `evaluation.temperature`. */
const MOST_SAMPLES = 1024, HIGHEST_TEMPERATURE = 10;

/**
 * The options of the command line.
 *
 * Errors: a {@link ConfigError} naming the flag.
 */
export function evalOptions(
  { split, checkpoint, samples, temperature, seed, by }: Pick<
    Arguments,
    "split" | "checkpoint" | "samples" | "temperature" | "seed" | "by"
  >,
): EvalOptions {
  const names = split?.split(",").map((name) => name.trim()) ?? ["validation"];
  if (names.includes("")) {
    throw new ConfigError("--split", `expected names with commas between them, got "${split}"`);
  }
  const slices = Object.keys(SLICES) as Slice[];
  const slice = slices.find((name) => name === by) ?? null;
  if (by !== null && slice === null) {
    throw new ConfigError("--by", `expected one of ${slices.join(", ")}, got "${by}"`);
  }
  const options = {
    splits: names.includes("all") ? "all" as const : [...new Set(names)],
    checkpoint: checkpointOf(checkpoint ?? "last"),
    samples: wholeNumber("--samples", samples, 1, MOST_SAMPLES),
    temperature: temperatureOf(temperature),
    seed: wholeNumber("--seed", seed, 0, Number.MAX_SAFE_INTEGER),
    by: slice,
  };
  if (options.temperature === 0 && (options.samples ?? 1) > 1) {
    throw new ConfigError(
      "--samples",
      `expected 1 with a temperature of 0, which always gives the same response, got ${samples}`,
    );
  }
  return options;
}

function checkpointOf(text: string): WhichPolicy {
  if (text === "last" || text === "best") return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ConfigError("--checkpoint", `expected last, best or a step, got "${text}"`);
}

function wholeNumber(
  flag: string,
  text: string | null,
  low: number,
  high: number,
): number | null {
  if (text === null) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new ConfigError(flag, `expected a whole number from ${low} to ${high}, got "${text}"`);
}

function temperatureOf(text: string | null): number | null {
  if (text === null) return null;
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value >= 0 && value <= HIGHEST_TEMPERATURE) return value;
  throw new ConfigError(
    "--temperature",
    `expected a number from 0 to ${HIGHEST_TEMPERATURE}, got "${text}"`,
  );
}
