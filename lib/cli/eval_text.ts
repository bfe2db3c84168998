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

/** Who a row is about; the run alone where there is but one. */
function who(all: readonly Evaluated[], one: Evaluated, split: string): readonly string[] {
  const run = all.length === 1 ? ["", "", "", ""] : [
    one.label ?? "",
    String(one.seed),
    one.run,
    String(one.step),
  ];
  return [...run, split];
}

/** A row per run and split. */
function accuracyTable(all: readonly Evaluated[]): string {
  const most = (one: Evaluated, values: Readonly<Record<string, number>> | undefined) =>
    values === undefined ? "" : formatShare(values[String(one.samples)]!);
  const rows = all.flatMap((one) =>
    Object.entries(one.splits).map(([split, result]) => [
      ...who(all, one, split),
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
        ...who(all, one, split),
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
          ...who(all, one, split),
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
  const [first] = all, parts: string[] = [];
  if (first !== undefined && all.length === 1) {
    const { run, seed, step, temperature, samples } = first;
    parts.push(
      `${run}, seed ${seed}: policy after step ${step}, temperature ${temperature}, ` +
        `${samples === 1 ? "1 response" : `${samples} responses`} to each prompt`,
    );
  }
  parts.push(accuracyTable(all));
  const draws = drawsTable(all);
  if (draws !== null && all.length === 1) parts.push(draws);
  if (by !== null) parts.push(sliceTable(all, by));
  return parts.join("\n\n");
}
