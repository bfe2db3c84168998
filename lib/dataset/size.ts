/** How many prompts a data set has, for plans: known from the settings, but for files, which are counted first. */
import { ConfigError } from "../core/errors.ts";
import { type DatasetConfig, heldOutOf } from "./dataset.ts";
import type { FilesConfig } from "./files/files.ts";
import { readRows } from "./files/read_rows.ts";
import { poolDraws, type SourceConfig } from "./mixture.ts";
import { BENCHMARKS } from "./prompt.ts";

/** Prompts by what they are for. */
export interface DatasetSize {
  readonly pool: number;
  readonly validation: number;
  /** In all benchmarks together. */
  readonly benchmarks: number;
}

/** Rows of files by path. A file that is changed while a program runs is found out by its digest. */
const rows = new Map<string, number>();

const sourcesOf = (config: DatasetConfig): readonly SourceConfig[] =>
  config.kind === "mixture" ? Object.values(config.sources) : [config];

/** What of a data set comes from files. */
export function filesOf(config: DatasetConfig): readonly FilesConfig[] {
  return sourcesOf(config).filter((source) => source.kind === "files");
}

/** Counts the rows of the files that data sets name, for {@link datasetSize}. Errors: as `readRows`. */
export async function countRows(configs: Iterable<DatasetConfig>): Promise<void> {
  for (const { train, validation, keys } of [...configs].flatMap(filesOf)) {
    for (const { path, format } of [train, validation]) {
      if (rows.has(path)) continue;
      let count = 0;
      for await (const { fault } of readRows(path, { format, keys })) if (fault === null) count++;
      rows.set(path, count);
    }
  }
}

/** Whether {@link datasetSize} can say it: false for files without a `limit` that were not counted. */
export function isSizeKnown(config: DatasetConfig): boolean {
  return sourcesOf(config).every((source) =>
    source.kind === "microMath" || source.limit !== null || rows.has(source.train.path)
  );
}

/**
 * The size of a data set. Rows that a policy cannot read and equal prompts held out by several sources count here.
 *
 * Errors: a ConfigError for files that {@link countRows} has not counted and no `limit` bounds.
 */
export function datasetSize(config: DatasetConfig): DatasetSize {
  if (config.kind !== "mixture") return sourceSize(config, "dataset");
  const names = Object.keys(config.sources).sort();
  const sizes = names.map((name) => sourceSize(config.sources[name]!, `dataset.sources.${name}`));
  const sum = (of: keyof DatasetSize) => sizes.reduce((total, size) => total + size[of], 0);
  // What several sources hold out is held out once.
  const heldOut = names.map((name) => heldOutKey(config.sources[name]!));
  const once = (of: "validation" | "benchmarks") =>
    sizes.reduce(
      (total, size, i) => heldOut.indexOf(heldOut[i]!) === i ? total + size[of] : total,
      0,
    );
  const pools = sizes.map(({ pool }) => pool);
  return {
    pool: config.probabilities === null ? sum("pool") : [...poolDraws(config, names, pools)].length,
    validation: once("validation"),
    benchmarks: once("benchmarks"),
  };
}

const heldOutKey = (config: SourceConfig) =>
  config.kind === "files" ? config.validation.path : JSON.stringify(heldOutOf(config));

function sourceSize(config: SourceConfig, field: string): DatasetSize {
  if (config.kind === "microMath") {
    return {
      pool: config.prompts,
      validation: config.validationPrompts,
      benchmarks: BENCHMARKS.length * config.benchmarkPrompts,
    };
  }
  const { train, validation, limit } = config;
  const pool = Math.min(limit ?? Infinity, rows.get(train.path) ?? Infinity);
  if (pool === Infinity) {
    throw new ConfigError(
      `${field}.limit`,
      `expected how many rows of ${train.path} to take, since the file cannot be counted here`,
    );
  }
  return { pool, validation: rows.get(validation.path) ?? 0, benchmarks: 0 };
}
