/** What the benches against peers print, and how they take turns. */
import { loadavg } from "node:os";
import { cpuUsage } from "node:process";

/** How one part is measured. */
export interface PeerBenchOptions {
  /** Thread settings to try, on both sides. */
  readonly threads: readonly number[];
  /** Fewer rounds and the small policy only: to see that everything works, not for figures. */
  readonly quick: boolean;
  /**
   * `processor`: seconds that the process spent on all its processors, instead of those that went by. For one thread
   * the same on an idle machine, and nearly the same on a busy one.
   */
  readonly clock: Clock;
}

export type Clock = "wall" | "processor";

/** Seconds on a clock, of which only differences mean something. */
export function now(clock: Clock): number {
  if (clock === "wall") return performance.now() / 1000;
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

/** One thing both sides did. */
export interface Comparison {
  readonly part: string;
  readonly work: string;
  readonly peer: string;
  /** Seconds of ours and of the peer's; null where a peer cannot do it. */
  readonly ours: number;
  readonly theirs: number | null;
  /** Threads or variants behind the two times. */
  readonly settings: string;
  /** How many times faster ours has to be; null: reported for the record. */
  readonly target: number | null;
  /** How outputs were compared, or why there is no time of the peer. */
  readonly note: string;
}

/** A comparison with its ratio and the machine's load, one line of JSON. */
export function jsonLine(comparison: Comparison): string {
  const [load] = loadavg();
  return JSON.stringify({ ...comparison, ratio: ratioOf(comparison), load });
}

/** How many times faster ours is. */
export function ratioOf({ ours, theirs }: Comparison): number | null {
  return theirs === null ? null : theirs / ours;
}

/** A comparison as a row of {@link COMPARISON_HEADER}. */
export function comparisonRow(comparison: Comparison): string[] {
  const { part, work, peer, ours, theirs, settings, target, note } = comparison;
  const ratio = ratioOf(comparison);
  return [
    part,
    work,
    peer,
    duration(ours),
    theirs === null ? "–" : duration(theirs),
    ratio === null ? "–" : `${ratio.toPrecision(3)} ×`,
    target === null ? "" : `${target} ×`,
    target === null || ratio === null ? "" : ratio >= target ? "met" : "missed",
    settings,
    note,
  ];
}

export const COMPARISON_HEADER = [
  "part",
  "work",
  "peer",
  "ours",
  "peer's",
  "ratio",
  "target",
  "",
  "settings",
  "outputs",
] as const;

function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return `${(seconds * 1e6).toPrecision(3)} µs`;
}

/** Seconds that a call takes. */
export async function secondsOf(run: () => unknown, clock: Clock): Promise<number> {
  const begin = now(clock);
  await run();
  return now(clock) - begin;
}

/**
 * Seconds by name: the fastest of `rounds` measurements, in every round one of each, so that what else the machine does
 * falls on all alike.
 */
export async function inTurns<N extends string>(
  rounds: number,
  measurements: Readonly<Record<N, () => Promise<number>>>,
): Promise<Record<N, number>> {
  const names = Object.keys(measurements) as N[];
  const best = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<N, number>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) best[name] = Math.min(best[name], await measurements[name]());
  }
  return best;
}

/** Median seconds of a call to something short: samples of at least 20 ms each, after a warm-up as long as one. */
export function typical(run: (call: number) => unknown, clock: Clock): number {
  const samples: number[] = [];
  let call = 0;
  for (let sample = -1; sample < SAMPLES; sample++) {
    const begin = now(clock), from = call;
    do run(call++); while (now(clock) - begin < 0.02);
    if (sample >= 0) samples.push((now(clock) - begin) / (call - from));
  }
  return samples.sort((a, b) => a - b)[SAMPLES >> 1]!;
}
const SAMPLES = 11;

/** An error unless `difference` is at most `tolerance`; else a note of it. */
export function within(what: string, difference: number, tolerance: number): string {
  if (!(difference <= tolerance)) {
    throw new Error(`${what}: expected a difference of at most ${tolerance}, got ${difference}`);
  }
  return `${what} within ${tolerance} (${difference.toExponential(1)})`;
}
