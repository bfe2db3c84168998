/** Evaluations as tables for a terminal. */
import { wilson } from "../core/statistics.ts";
import { textTable } from "../core/text_table.ts";
import { formatCount, formatFixed, formatShare } from "../report/format.ts";
import type { SliceResult, SplitResult } from "../schema/run_record.ts";
import { type Slice, SLICES } from "./eval_options.ts";

/** One policy's numbers, and what they are of. */
export interface Evaluated {
  /** Name of its folder in the store. */
  readonly run: string;
  /** The case it stands in; null where no experiment was named. */
  readonly label: string | null;
  /** Of the run; that of sampling is `evaluationSeed`. */
  readonly seed: number;
  readonly evaluationSeed: number;
  /** The step whose policy it is. */
  readonly step: number;
  readonly temperature: number;
  readonly samples: number;
  readonly splits: Readonly<Record<string, SplitResult>>;
}

/** `[43.9, 52.5]`, in per cent: Wilson's interval over prompts. */
function intervalText({ correct, prompts }: SliceResult): string {
  const { low, high } = wilson(correct, prompts);
  return `[${formatFixed(100 * low, 1)}, ${formatFixed(100 * high, 1)}]`;
}

const WHO = ["case", "seed", "run", "step", "split"];

/** What a row is about: a run that was named by its id is named above the table. */
function who({ label, seed, run, step }: Evaluated, split: string): readonly string[] {
  return label === null ? ["", "", "", "", split] : [label, String(seed), run, String(step), split];
}

/** A row per run and split. */
function accuracyTable(all: readonly Evaluated[]): string {
  const most = (one: Evaluated, values: Readonly<Record<string, number>> | undefined) =>
    values === undefined ? "" : formatShare(values[String(one.samples)]!);
  const rows = all.flatMap((one) =>
    Object.entries(one.splits).map(([split, result]) => [
      ...who(one, split),
      formatCount(result.prompts),
      formatShare(result.accuracy),
      intervalText(result),
      formatShare(result.format),
      formatFixed(result.responseLengthMean, 1),
      most(one, result.sampled?.passAtK),
      most(one, result.sampled?.majorityAtK),
      most(one, result.sampled?.worstAtK),
    ])
  );
  const samples = new Set(all.map(({ samples }) => samples));
  const n = samples.size === 1 ? String([...samples][0]) : "n";
  return textTable(
    [
      ...WHO,
      "prompts",
      "accuracy",
      "95 % interval",
      "format",
      "tokens",
      `pass@${n}`,
      `majority@${n}`,
      `worst@${n}`,
    ],
    rows,
  );
}

/** A row per run, split and number of responses; null with one response each. */
function drawsTable(all: readonly Evaluated[]): string | null {
  const rows = all.flatMap((one) =>
    Object.entries(one.splits).flatMap(([split, { sampled }]) =>
      sampled === null ? [] : Object.keys(sampled.passAtK).map((k) => [
        ...who(one, split),
        k,
        formatShare(sampled.passAtK[k]!),
        formatShare(sampled.majorityAtK[k]!),
        formatShare(sampled.worstAtK[k]!),
      ])
    )
  );
  return rows.length === 0
    ? null
    : textTable([...WHO, "k", "pass@k", "majority@k", "worst@k"], rows);
}

/** A row per run, split and slice. */
function sliceTable(all: readonly Evaluated[], by: Slice): string {
  const rows = all.flatMap((one) =>
    Object.entries(one.splits).flatMap(([split, result]) =>
      Object.entries(result[SLICES[by]]).toSorted(([a], [b]) => a < b ? -1 : 1)
        .map(([name, slice]) => [
          ...who(one, split),
          name,
          formatCount(slice.prompts),
          formatShare(slice.correct / slice.prompts),
          intervalText(slice),
        ])
    )
  );
  return textTable([...WHO, by, "prompts", "accuracy", "95 % interval"], rows);
}

/** What was evaluated how, then the tables. Intervals are over prompts: they say nothing about other seeds. */
export function evalText(all: readonly Evaluated[], by: Slice | null): string {
  const parts: string[] = [];
  for (const { run, label, seed, step, temperature, samples } of all) {
    if (label !== null) continue;
    parts.push(
      `${run}, seed ${seed}: policy after step ${step}, temperature ${temperature}, ` +
        `${samples === 1 ? "1 response" : `${samples} responses`} to each prompt`,
    );
  }
  parts.push(accuracyTable(all));
  const draws = drawsTable(all.filter(({ label }) => label === null));
  if (draws !== null) parts.push(draws);
  if (by !== null) parts.push(sliceTable(all, by));
  return parts.join("\n\n");
}
