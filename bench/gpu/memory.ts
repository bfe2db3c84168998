/** How much memory a side takes: of the GPU, or of its process where it computes on the processor. */
import { dirname, join } from "node:path";
import { findDriver } from "../../lib/backend/device_libraries.ts";
import { type Conversation, numberIn } from "../conversation.ts";
import { Peer } from "../peer.ts";

/** The GPU that is watched, and that both sides compute on. */
const GPU = 0;
const INTERVAL_MS = 5;

/** Watches memory while something is done. */
export interface MemoryMeter {
  /** How it is measured, in words. */
  readonly how: string;
  /** What `work` returns, and by how many bytes memory rose at most meanwhile; null where nothing can tell. */
  during<T>(side: Conversation, work: () => Promise<T>): Promise<[T, number | null]>;
  close(): Promise<void>;
}

/** The meter of a device. */
export async function memoryMeter(device: "cpu" | "cuda"): Promise<MemoryMeter> {
  if (device === "cpu") return PROCESS_METER;
  const driver = findDriver();
  const library = driver === null
    ? "libnvidia-ml.so.1"
    : join(dirname(driver.path), "libnvidia-ml.so.1");
  const watch = new Peer("gpu_memory.py", 1, "wall", { BENCH_NVML: library }, 20_000);
  try {
    await watch.ask("watch", { index: GPU });
  } catch (error) {
    await watch.close();
    const why = error instanceof Error ? error.message.split("\n").at(-1)! : `${error}`;
    return { ...PROCESS_METER, how: `not measured: ${why}`, during: unmeasured };
  }
  return {
    how:
      `GPU ${GPU}'s memory.used by NVML every 3 ms, in a process of its own: the rise above what it was before, ` +
      "CUDA's own share included, whoever uses it",
    async during(_, work) {
      const before = numberIn(await watch.ask("begin"), "bytes");
      const result = await work();
      return [result, numberIn(await watch.ask("end"), "bytes") - before];
    },
    close: () => watch.close(),
  };
}

async function unmeasured<T>(_: Conversation, work: () => Promise<T>): Promise<[T, null]> {
  return [await work(), null];
}

/** Resident memory of the process (Linux). */
const PROCESS_METER: MemoryMeter = {
  how: `resident memory of the process, every ${INTERVAL_MS} ms: the rise above what it was before`,
  async during(side, work) {
    const before = residentBytes(side.pid);
    if (before === null) return [await work(), null];
    let peak = before;
    const look = () => peak = Math.max(peak, residentBytes(side.pid) ?? 0);
    const timer = setInterval(look, INTERVAL_MS);
    try {
      const result = await work();
      look();
      return [result, peak - before];
    } finally {
      clearInterval(timer);
    }
  },
  close: () => Promise.resolve(),
};

function residentBytes(pid: number): number | null {
  try {
    const kilobytes = Deno.readTextFileSync(`/proc/${pid}/status`).match(/VmRSS:\s+(\d+) kB/)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null; // another system than Linux, or the process has ended
  }
}
