/**
 * `deno task bench:gpu`: on a machine with a GPU, all in one go: what is there, the conformance suite, and optimiser steps
 * and rollouts of policies of 1 M, 10 M and 100 M parameters beside PyTorch on the same GPU.
 *
 * Tables on standard output, JSON lines and a page in a folder. Exit code 2 where there is nothing to measure on, 1 where
 * a case or a comparison failed.
 */
import { join } from "node:path";
import { ConfigError } from "../lib/core/errors.ts";
import { textTable } from "../lib/core/text_table.ts";
import { type ConformanceReport, conformanceReports } from "../lib/engine/conformance/all.ts";
import { outputOf } from "./command.ts";
import { type Availability, gpuFacts, machineFacts, type PyTorchFacts } from "./gpu/facts.ts";
import type { Measurement } from "./gpu/measurement.ts";
import { memoryMeter } from "./gpu/memory.ts";
import { type GpuOptions, readGpuOptions, USAGE } from "./gpu/options.ts";
import {
  markdown,
  MEASUREMENT_HEADER,
  measurementRow,
  summaries,
  summaryText,
} from "./gpu/report.ts";
import { findSides, nameOf, speedMeasurements } from "./gpu/speed.ts";

/** Updates of the conformance case that watches memory. */
const UPDATES = 1000, QUICK_UPDATES = 50;

/** Results by part, one line of JSON each, in a folder to which every call adds. */
class Results {
  constructor(readonly folder: string) {}

  static async open(out: string | null): Promise<Results> {
    const date = new Date().toISOString().slice(0, 16).replace(/:/g, "");
    const folder = out ?? join("bench", "results", `gpu-${date}`);
    await Deno.mkdir(folder, { recursive: true });
    return new Results(folder);
  }

  async add(part: string, value: unknown): Promise<void> {
    await Deno.writeTextFile(this.#path(part), `${JSON.stringify(value)}\n`, { append: true });
  }

  async read<T>(part: string): Promise<T[]> {
    const text = await Deno.readTextFile(this.#path(part)).catch(() => "");
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  #path(part: string): string {
    return join(this.folder, `${part}.jsonl`);
  }
}

/** Prints and keeps what the machine has. */
async function showFacts(
  results: Results,
  targets: readonly Availability[],
  pyTorch: PyTorchFacts | null,
): Promise<string> {
  const [gpus, machine] = [await gpuFacts(), await machineFacts()];
  await results.add("facts", { gpus, ...machine, targets, pyTorch });
  const rows = [
    ...gpus.map((gpu, i) => ["", `GPU ${i}`, Object.values(gpu).join(", ")]),
    ["", "processor", `${machine.processor}, ${machine.cores} cores`],
    ...machine.findings.map(({ state, name, detail }) => [state, name, detail]),
    ...targets.map((each) => [
      each.reason === null ? "ok" : "absent",
      `ours: ${nameOf(each)}`,
      each.reason ?? "to be measured",
    ]),
    ...(pyTorch === null ? [] : [["ok", "PyTorch", describePyTorch(pyTorch)]]),
  ];
  console.log(`${textTable(["state", "what", "detail"], rows)}\n`);
  const gpu = gpus[0];
  return gpu === undefined
    ? `${machine.processor}, ${machine.cores} cores`
    : `${gpu.name}, ${gpu["memory.total"]}, driver ${gpu.driver_version}`;
}

function describePyTorch({ versions, cuda, gpu }: PyTorchFacts): string {
  const packages = Object.entries(versions).map(([name, version]) =>
    `${name} ${version ?? "none"}`
  );
  return [...packages, `CUDA ${cuda ?? "none"}`, gpu ?? "no GPU"].join(", ");
}

/** Runs the suite on every target; how many cases failed. */
async function conformance(
  results: Results,
  { ours, isQuick }: GpuOptions,
): Promise<number> {
  let failed = 0;
  for (const { backend, device } of ours) {
    const updates = isQuick ? QUICK_UPDATES : UPDATES;
    for await (const report of conformanceReports(backend, device, updates)) {
      await results.add("conformance", report);
      console.log(describeReport(report));
      if ("results" in report) failed += report.results.filter(({ ok }) => !ok).length;
    }
  }
  console.log();
  return failed;
}

function describeReport(report: ConformanceReport): string {
  if ("skipped" in report) return `${nameOf(report)}: skipped: ${report.skipped}`;
  const failed = report.results.filter(({ ok }) => !ok);
  const held = `${report.results.length - failed.length} of ${report.results.length} cases hold`;
  return [`${nameOf(report)}: ${held}`, ...failed.map(({ name, detail }) => `${name}: ${detail}`)]
    .join("; ");
}

async function revision(): Promise<string> {
  const commit = await outputOf("git", ["rev-parse", "--short", "HEAD"]);
  if (!commit?.success) return "an unknown commit";
  const changes = await outputOf("git", ["status", "--porcelain"]);
  return `commit ${commit.stdout}${changes?.stdout === "" ? "" : ", changed"}`;
}

/** Measures, prints and keeps; how many measurements failed. */
async function speed(results: Results, measurements: AsyncIterable<Measurement>): Promise<number> {
  const rows: string[][] = [];
  let failed = 0;
  for await (const measurement of measurements) {
    await results.add(measurement.part, measurement);
    const row = measurementRow(measurement);
    rows.push(row);
    console.error(row.join("  "));
    if (measurement.seconds === null) failed++;
  }
  console.log(`\n${textTable(MEASUREMENT_HEADER, rows)}\n`);
  return failed;
}

async function main(options: GpuOptions): Promise<number> {
  const { targets, pyTorch } = await findSides(options);
  const results = await Results.open(options.out);
  const machine = await showFacts(results, targets, pyTorch);
  let failed = options.hasConformance ? await conformance(results, options) : 0;
  if (pyTorch === null) return failed > 0 ? 1 : 0;

  const meter = await memoryMeter(options.device);
  try {
    failed += await speed(results, speedMeasurements(options, targets, pyTorch, meter));
  } finally {
    await meter.close();
  }
  const measured = [
    ...await results.read<Measurement>("train"),
    ...await results.read<Measurement>("rollout"),
  ];
  const found = summaries(measured);
  const page = markdown(found, {
    machine,
    versions: describePyTorch(pyTorch),
    command: ["deno task bench:gpu", ...Deno.args].join(" "),
    revision: await revision(),
    memory: meter.how,
    conformance: (await results.read<ConformanceReport>("conformance")).map(describeReport),
    failures: [
      ...targets.filter(({ reason }) => reason !== null).map((each) =>
        `${nameOf(each)}: ${each.reason}`
      ),
      ...measured.filter(({ seconds }) => seconds === null).map((
        { part, size, name, precision, note },
      ) => `${part}, ${size}, ${name}, ${precision}: ${note}`),
    ],
  });
  await Deno.writeTextFile(join(results.folder, "summary.md"), page);
  console.log(`${summaryText(found)}\n\n${page}\nKept in ${results.folder}`);
  return failed > 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    const options = readGpuOptions(Deno.args);
    if (options === null) console.log(USAGE);
    else Deno.exit(await main(options));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
