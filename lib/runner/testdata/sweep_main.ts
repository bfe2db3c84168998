/** A process that executes two runs and their cold start, for a test to kill: `sweep_main.ts STORE ENGINES`. */
import { ONE_THREAD } from "../../backend/target.ts";
import { openStore } from "../../store/store.ts";
import { createReporter } from "../reporters.ts";
import { Sweep } from "../sweep.ts";
import { CIRCUMSTANCES } from "../../store/testdata/make_tasks.ts";
import { makeJobs } from "./make_jobs.ts";

const [store, engines] = Deno.args;
const sweep = new Sweep({
  store: openStore(store!, { create: true }),
  jobs: 2,
  force: false,
  retryFailed: false,
  failFast: false,
  circumstances: () => CIRCUMSTANCES,
  target: ONE_THREAD,
  reporter: createReporter({ json: true, terminal: false, colour: false }),
  engines: engines!,
});
const { runs, coldStarts } = makeJobs({ seeds: 2, steps: 20 });
await sweep.execute(runs, coldStarts);
Deno.exit(0);
