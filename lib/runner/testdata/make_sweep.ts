/** Sweeps for tests: a store that goes away, engines that do arithmetic. */
import { ONE_THREAD } from "../../backend/target.ts";
import type { RunData } from "../../store/run_data.ts";
import { openStore, type Store } from "../../store/store.ts";
import { CIRCUMSTANCES } from "../../store/testdata/make_tasks.ts";
import type { ProgressEvent } from "../progress.ts";
import { Sweep, type SweepOptions } from "../sweep.ts";

/** URL of the engines; see there for what can be asked of them behind a question mark. */
export const ENGINES = new URL("./keyed_engine.ts", import.meta.url).href;

/** A store in a temporary folder, removed at the end. */
export async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(openStore(`${folder}/runs`, { create: true }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A sweep on two processes; `onEvent` hears what happens. */
export function makeSweep(
  store: Store,
  options: Partial<SweepOptions> = {},
  onEvent: (event: ProgressEvent, sweep: Sweep) => void = () => {},
): Sweep {
  const sweep: Sweep = new Sweep({
    store,
    jobs: 2,
    force: false,
    retryFailed: false,
    failFast: false,
    circumstances: () => CIRCUMSTANCES,
    target: ONE_THREAD,
    reporter: { report: (event) => onEvent(event, sweep), close: () => {} },
    engines: ENGINES,
    ...options,
  });
  return sweep;
}

/** Records and scores without the times. */
export async function outcome(run: RunData) {
  const scores = [0, 3, 6].map((step) => run.scores(`scores/refresh_${step}.arrow`));
  return {
    status: run.status,
    records: run.records.map((record) => ({ ...record, seconds: null })),
    scores: await Promise.all(scores),
  };
}
