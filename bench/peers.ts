/**
 * `deno task bench:peers [train|rollout|trl|draws|text …] [--threads 1,2] [--quick]
 * [--processor-time]`: ours against what one would use in
 * Python, on this machine, the same work on both sides, outputs compared before times.
 *
 * With `--device cuda|cpu`: `train` and `rollout` alone, both sides on that device, with the options of `bench:gpu`
 * (`--ours`, `--policies`, `--python`, `--quick`).
 *
 * JSON lines on standard output, a table on standard error. Run it on an idle machine.
 */
import { cpus } from "node:os";
import { parseArgs } from "../deps.ts";
import { ConfigError, didYouMean } from "../lib/core/errors.ts";
import { textTable } from "../lib/core/text_table.ts";
import {
  type Comparison,
  COMPARISON_HEADER,
  comparisonRow,
  jsonLine,
  type PeerBenchOptions,
} from "./comparison.ts";
import { drawComparisons } from "./draws_peers.ts";
import { memoryMeter } from "./gpu/memory.ts";
import { type GpuOptions, readGpuOptions } from "./gpu/options.ts";
import { MEASUREMENT_HEADER, measurementRow, summaries, summaryText } from "./gpu/report.ts";
import { findSides, speedMeasurements } from "./gpu/speed.ts";
import { packageVersions, preparePython } from "./python.ts";
import { rolloutComparisons } from "./rollout_peers.ts";
import { textComparisons } from "./text_peers.ts";
import { trainComparisons } from "./train_peers.ts";
import { trlComparisons } from "./trl_peers.ts";

const PARTS: Readonly<
  Record<string, (options: PeerBenchOptions) => AsyncGenerator<Comparison>>
> = {
  train: trainComparisons,
  rollout: rolloutComparisons,
  trl: trlComparisons,
  draws: drawComparisons,
  text: textComparisons,
};

/** What the command line asks for. Errors: a {@link ConfigError} that names the argument. */
function readArguments(args: readonly string[]): PeerBenchOptions & { parts: string[] } {
  const names = Object.keys(PARTS);
  const parsed = parseArgs(args, {
    boolean: ["quick", "processor-time"],
    string: ["threads"],
    unknown: (arg, key) => {
      if (key === undefined) return;
      throw new ConfigError(
        arg,
        `no such option${didYouMean(key, ["quick", "threads", "processor-time"])}`,
      );
    },
  });
  const parts = parsed._.map(String);
  for (const part of parts) {
    if (names.includes(part)) continue;
    throw new ConfigError(part, `expected one of ${names.join(", ")}${didYouMean(part, names)}`);
  }
  const text = parsed.threads as string | undefined;
  const threads = text === undefined
    ? [1, 2].filter((n) => n <= cpus().length)
    : text.split(",").map(Number);
  if (!threads.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ConfigError("--threads", `expected numbers such as 1,2, got ${text}`);
  }
  return {
    parts: parts.length === 0 ? names : parts,
    threads,
    quick: parsed.quick === true,
    clock: parsed["processor-time"] === true ? "processor" : "wall",
  };
}

/** Both sides on one device. */
async function onDevice(options: GpuOptions): Promise<void> {
  const { targets, pyTorch } = await findSides(options);
  if (pyTorch === null) throw new ConfigError("part", "expected train or rollout with --device");
  for (const { target: { backend, device }, reason } of targets) {
    if (reason !== null) console.error(`${backend} ${device}: skipped: ${reason}`);
  }
  const meter = await memoryMeter(options.device), all = [];
  try {
    for await (const measurement of speedMeasurements(options, targets, pyTorch, meter)) {
      console.log(JSON.stringify(measurement));
      all.push(measurement);
    }
  } finally {
    await meter.close();
  }
  console.error(textTable(MEASUREMENT_HEADER, all.map(measurementRow)));
  console.error(`\n${summaryText(summaries(all))}`);
}

async function main(): Promise<void> {
  if (Deno.args.some((arg) => arg.split("=")[0] === "--device")) {
    const options = readGpuOptions(Deno.args);
    if (options !== null) return await onDevice(options);
  }
  const { parts, ...options } = readArguments(Deno.args);
  await preparePython();
  const versions = await packageVersions([
    "torch",
    "transformers",
    "trl",
    "numpy",
    "nltk",
    "Levenshtein",
  ]);
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;
  console.log(JSON.stringify({ machine, versions, ...options }));
  const rows: string[][] = [];
  for (const part of parts) {
    for await (const comparison of PARTS[part]!(options)) {
      console.log(jsonLine(comparison));
      rows.push(comparisonRow(comparison));
    }
  }
  console.error(textTable(COMPARISON_HEADER, rows));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
