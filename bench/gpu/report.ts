/** Tables of what was measured on a device, for a terminal and for PERFORMANCE.md. */
import { textTable } from "../../lib/core/text_table.ts";
import { type Measurement, type Part, PARTS, POLICIES, type Precision } from "./measurement.ts";

/** A measurement that has a time. */
type Timed = Measurement & { readonly seconds: number; readonly tokensPerSecond: number };

/** Every measurement as a row of {@link MEASUREMENT_HEADER}. */
export function measurementRow(measurement: Measurement): string[] {
  const { part, size, batch, side, name, precision, settings, seconds, note } = measurement;
  return [
    part,
    size,
    `${batch.prompts} × ${batch.groupSize} × ${batch.tokens}`,
    side === "ours" ? `ours: ${name}` : name,
    precision,
    seconds === null ? "–" : duration(seconds),
    rate(measurement),
    gigabytes(measurement.bytes),
    gigabytes(measurement.allocatedBytes),
    settings,
    note,
  ];
}

export const MEASUREMENT_HEADER = [
  "part",
  "policy",
  "batch",
  "variant",
  "matrices",
  "time",
  "tokens/s",
  "memory",
  "tensors",
  "settings",
  "outputs",
] as const;

/** How often one of ours was faster than the best of PyTorch's ways to run. */
interface Ratios {
  readonly eager: number | null;
  readonly compiled: number | null;
}

/** One of ours beside PyTorch. */
export interface Summary {
  readonly ours: Timed;
  /** PyTorch's matrices multiplied as ours. */
  readonly alike: Ratios;
  /** PyTorch as it comes: in single precision. */
  readonly asItComes: Ratios;
  readonly peerBytes: number | null;
}

const isTimed = (measurement: Measurement): measurement is Timed => measurement.seconds !== null;

/** Ours, the fastest of each device, beside the fastest of PyTorch: prompts shared or not, graphs or not. */
export function summaries(measurements: readonly Measurement[]): Summary[] {
  const timed = measurements.filter(isTimed);
  return PARTS.flatMap((part) =>
    POLICIES.flatMap((policy) => {
      const own = timed.filter((each) => each.part === part && each.policy === policy);
      const ours = own.filter(({ side }) => side === "ours");
      const names = [...new Set(ours.map(({ name }) => name))];
      return names.map((name) => summary(fastest(ours.filter((each) => each.name === name))!, own));
    })
  );
}

function summary(ours: Timed, all: readonly Timed[]): Summary {
  // Sizes decide what is compared: a folder may hold quick measurements too.
  const peers = all.filter(({ side, name, batch }) =>
    side === "PyTorch" && name.startsWith("PyTorch") && sameBatch(batch, ours.batch)
  );
  const best = (how: string, precision: Precision) =>
    fastest(peers.filter((peer) => peer.name.includes(how) && peer.precision === precision));
  const ratios = (precision: Precision): Ratios => ({
    eager: ratio(best("eager", precision), ours),
    compiled: ratio(best("compiled", precision), ours),
  });
  return {
    ours,
    alike: ratios(ours.precision),
    asItComes: ratios("float32"),
    peerBytes: best("eager", ours.precision)?.bytes ?? null,
  };
}

const sameBatch = (a: Measurement["batch"], b: Measurement["batch"]) =>
  a.prompts === b.prompts && a.groupSize === b.groupSize && a.tokens === b.tokens;

const fastest = (timed: readonly Timed[]): Timed | undefined =>
  timed.toSorted((a, b) => a.seconds - b.seconds)[0];

const ratio = (peer: Timed | undefined, ours: Timed): number | null =>
  peer === undefined ? null : peer.seconds / ours.seconds;

const SUMMARY_HEADER = [
  "policy",
  "batch",
  "ours on",
  "matrices",
  "time",
  "tokens/s",
  "× eager",
  "× compiled",
  "× eager float32",
  "× compiled float32",
  "memory",
  "PyTorch's",
] as const;

function summaryRow({ ours, alike, asItComes, peerBytes }: Summary): string[] {
  const { batch } = ours;
  return [
    ours.size,
    `${batch.prompts} × ${batch.groupSize} × ${batch.tokens}`,
    ours.name,
    ours.precision,
    duration(ours.seconds),
    rate(ours),
    times(alike.eager),
    times(alike.compiled),
    times(asItComes.eager),
    times(asItComes.compiled),
    gigabytes(ours.bytes),
    gigabytes(peerBytes),
  ];
}

const TITLES: Readonly<Record<Part, string>> = {
  train: "One GRPO optimiser step",
  rollout: "Rollouts",
};

/** The summary for a terminal. */
export function summaryText(found: readonly Summary[]): string {
  return PARTS.flatMap((part) => {
    const rows = found.filter(({ ours }) => ours.part === part).map(summaryRow);
    return rows.length === 0 ? [] : [`${TITLES[part]}\n${textTable(SUMMARY_HEADER, rows)}`];
  }).join("\n\n");
}

/** What a page has to say besides the tables. */
export interface PageFacts {
  readonly machine: string;
  readonly versions: string;
  readonly command: string;
  /** Of the commit, and whether files differed from it. */
  readonly revision: string;
  readonly memory: string;
  /** Lines on conformance. */
  readonly conformance: readonly string[];
  /** Measurements that did not come about. */
  readonly failures: readonly string[];
}

/** A section for PERFORMANCE.md. */
export function markdown(found: readonly Summary[], facts: PageFacts): string {
  const tables = PARTS.flatMap((part) => {
    const rows = found.filter(({ ours }) => ours.part === part).map(summaryRow);
    return rows.length === 0 ? [] : [`### ${TITLES[part]}`, markdownTable(SUMMARY_HEADER, rows)];
  });
  return [
    `## On ${facts.machine}`,
    `Measured with \`${facts.command}\` at ${facts.revision}; ${facts.versions}.`,
    "A batch is prompts × responses × tokens. Times are medians of steps one after the other, the device waited for " +
    "before and after; PyTorch's is its fastest way, prompts read once or by every response, CUDA graphs or not. " +
    "× says how many times longer PyTorch takes with its matrices multiplied as ours (TF32 where ours are), and in " +
    "single precision. Every output was compared with PyTorch's, eager and in single precision, before it was timed.",
    ...tables,
    `Memory: ${facts.memory}.`,
    ...section("### Conformance", facts.conformance),
    ...section("### Not measured", facts.failures),
  ].join("\n\n") + "\n";
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, lines.map((line) => `- ${line}`).join("\n")];

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

const times = (value: number | null) => value === null ? "–" : value.toPrecision(3);

const gigabytes = (bytes: number | null) =>
  bytes === null ? "–" : `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

const rate = ({ tokensPerSecond }: Measurement) =>
  tokensPerSecond === null
    ? "–"
    : tokensPerSecond.toLocaleString("en", { maximumSignificantDigits: 3 });

function duration(seconds: number): string {
  return seconds >= 1 ? `${seconds.toPrecision(3)} s` : `${(seconds * 1e3).toPrecision(3)} ms`;
}
