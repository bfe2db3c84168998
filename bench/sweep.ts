/**
 * `deno task bench:sweep [--steps N]`: nine runs on one process and on as many as there are cores, in turns, and the
 * memory of a worker.
 *
 * The experiment is the λ sweep, cut to a few steps; what all runs share, the cold start, is made before. JSON lines on
 * standard output, a table on standard error.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "../deps.ts";
import { textTable } from "../lib/core/text_table.ts";

const EXPERIMENT = "experiments/vas_lambda_sweep.ts";
/** How often each is measured; the fastest counts. */
const ROUNDS = 2;

/** What one execution took. */
interface Execution {
  readonly seconds: number;
  /** The largest resident memory of a worker, in bytes. */
  readonly peakBytes: number;
}

/** Runs the experiment in a store; how long it took. */
async function execute(store: string, steps: number, ...flags: string[]): Promise<Execution> {
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["task", "--quiet", "run", EXPERIMENT, "--store", store],
      ...["--set", `training.steps=${steps}`, "--force", ...flags],
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = new Response(child.stderr).text();
  let peakBytes = 0;
  const watch = setInterval(() => peakBytes = Math.max(peakBytes, largestWorker()), 100);
  const { code } = await child.status;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${EXPERIMENT} ended with exit code ${code}: ${await output}`);
  return { seconds: (performance.now() - begin) / 1000, peakBytes };
}

/** Bytes of the largest process that executes runs, by its own account (Linux); 0 where there is none. */
function largestWorker(): number {
  let largest = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!Deno.readTextFileSync(`/proc/${name}/cmdline`).includes("runner/worker.ts")) continue;
      const peak = Deno.readTextFileSync(`/proc/${name}/status`).match(/VmHWM:\s+(\d+) kB/)?.[1];
      largest = Math.max(largest, Number(peak ?? 0) * 1024);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // it has ended meanwhile
      throw error;
    }
  }
  return largest;
}

async function main(): Promise<void> {
  const { steps: asked } = parseArgs(Deno.args, { string: ["steps"], default: { steps: "10" } });
  const steps = Number(asked), cores = navigator.hardwareConcurrency;
  const store = await Deno.makeTempDir();
  try {
    await execute(store, 1, "--seeds", "1", "--filter", "random");
    const best = new Map<number, Execution>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const jobs of [1, cores]) {
        const execution = await execute(store, steps, "--jobs", `${jobs}`);
        console.log(JSON.stringify({ jobs, steps, ...execution, load: loadavg()[0] }));
        if (!(execution.seconds >= (best.get(jobs)?.seconds ?? Infinity))) {
          best.set(jobs, execution);
        }
      }
    }
    const [one, all] = [best.get(1)!, best.get(cores)!];
    const gain = one.seconds / all.seconds;
    console.log(JSON.stringify({ cpu: cpus()[0]?.model, cores, gain, share: gain / cores }));
    console.error(textTable(["nine runs", "seconds", "largest worker", "gain"], [
      ["1 process", one.seconds.toFixed(1), mebibytes(one.peakBytes), ""],
      [
        `${cores} processes`,
        all.seconds.toFixed(1),
        mebibytes(all.peakBytes),
        `${gain.toFixed(2)} × (${(100 * gain / cores).toFixed(0)} % of ${cores})`,
      ],
    ]));
  } finally {
    await Deno.remove(store, { recursive: true });
  }
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

if (import.meta.main) await main();
