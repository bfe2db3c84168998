/** The two sides of a comparison on a device, each in a process of its own. */
import { fileURLToPath } from "node:url";
import type { Target } from "../../lib/backend/target.ts";
import { Conversation, numberIn } from "../conversation.ts";
import { Peer } from "../peer.ts";
import type { BenchDevice, Part, Precision } from "./measurement.ts";
import type { MemoryMeter } from "./memory.ts";

const WORKER = fileURLToPath(new URL("../own_worker.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** Compilers take minutes; a device that hangs is not to be waited for. */
const LIMIT_MS = 10 * 60_000;
/** How long one sample is measured, and how many there are. */
const SAMPLE_SECONDS = 0.3, SAMPLES = 5;

/** A process that has its device open. */
export interface Opened {
  readonly process: Conversation;
  /** What opening took of memory. */
  readonly bytes: number | null;
}

/** Our side on a target. */
export async function openOurs(
  target: Target,
  threads: number,
  meter: MemoryMeter,
): Promise<Opened> {
  const process = new Conversation(
    `${target.backend} ${target.device}`,
    Deno.execPath(),
    ["run", "--quiet", "--no-prompt", "--cached-only", "-A", `--config=${CONFIG}`, WORKER],
    {},
    LIMIT_MS,
  );
  const compute = { ...target, threads };
  return await opened(process, () => process.ask("open", { compute }), meter);
}

/** PyTorch with a part's work to do. */
export async function openPyTorch(
  part: Part,
  device: BenchDevice,
  precision: Precision,
  threads: number,
  meter: MemoryMeter,
): Promise<Opened> {
  const process = new Peer(
    `${part}.py`,
    threads,
    "wall",
    { BENCH_DEVICE: device, BENCH_PRECISION: precision === "TF32" ? "high" : "highest" },
    LIMIT_MS,
  );
  return await opened(process, () => process.ask("warm"), meter);
}

async function opened(
  process: Conversation,
  open: () => Promise<unknown>,
  meter: MemoryMeter,
): Promise<Opened> {
  try {
    const [, bytes] = await meter.during(process, open);
    return { process, bytes };
  } catch (error) {
    await process.close();
    throw error;
  }
}

/**
 * Median seconds of what has been prepared, after a first, untimed sample: every sample as many calls as fit into
 * {@link SAMPLE_SECONDS}.
 */
export async function typicalSeconds(
  process: Conversation,
  request: Readonly<Record<string, unknown>>,
  isQuick: boolean,
): Promise<number> {
  const measure = async (calls: number) =>
    numberIn(await process.ask("measure", { ...request, calls }), "seconds");
  const first = await measure(1);
  const calls = Math.max(1, Math.min(50, Math.round(SAMPLE_SECONDS / first)));
  const samples: number[] = [];
  while (samples.length < (isQuick ? 3 : SAMPLES)) samples.push(await measure(calls));
  return samples.sort((a, b) => a - b)[samples.length >> 1]!;
}
