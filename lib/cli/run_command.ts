/** `run`: executes what is not done, then writes the report. */
import { fileURLToPath } from "node:url";
import { resolveTarget } from "../backend/resolve_target.ts";
import { isProcessor, ONE_THREAD, type Target } from "../backend/target.ts";
import { createDataset } from "../dataset/dataset.ts";
import { filesOf } from "../dataset/size.ts";
import { whyUnreadable } from "../policy/read_question.ts";
import { planTotals } from "../plan/format_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { createReporter, listed } from "../runner/reporters.ts";
import { Sweep, type SweepResult } from "../runner/sweep.ts";
import { circumstances } from "../store/provenance.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Arguments, resumeCommand } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { describeInStore, loadPlan, selectRuns } from "./experiment.ts";
import { jobsOf, type PlannedJobs } from "./jobs.ts";
import { updateReport } from "./report_page.ts";

/** The project's folder: whose code it is that runs. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** One Ctrl-C comes more than once: from the terminal, and passed on by `deno task` and by npm. */
const SAME_KEY_MS = 500;

/**
 * Executes an experiment.
 *
 * @param args the words of the command line, for the command to go on with
 * @param engines URL of the module whose engines execute; the real ones when not given
 */
export async function runCommand(
  given: Arguments,
  args: readonly string[],
  engines?: string,
): Promise<number> {
  const whole = await loadPlan(given);
  const plan = selectRuns(whole, given);
  if (plan === null) return EXIT.nothingMatched;
  const jobs = jobsOf(plan);
  const store = openStore(given.store, { create: true });
  const statuses = store.statuses(plan.runs.map(({ id }) => id));
  const open = plan.runs.filter(({ id }) => statuses.get(id) !== "done");
  await checkData(open);
  const isIdle = open.length === 0;
  const { target, jobs: processes } = await chooseTarget(isIdle && !given.force, given);
  if (!given.json && !isIdle) announce(plan, store, processes);
  const { result, exit } = await sweep(plan, jobs, store, { ...given, target, processes }, engines);
  let report: string | null = null, fault: string | null = null;
  if (!result.interrupted && result.finished + result.cached > 0) {
    try {
      report = (await updateReport(whole, store, { always: false, variant: given })).file;
    } catch (error) { // whatever it is, the runs are done, and the user is to hear of them
      fault = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
    }
  }
  const retry = result.failures.length > 0 && !given.retryFailed ? ["--retry-failed"] : [];
  summarize(result, report, given, resumeCommand([...args, ...retry], launcher()));
  if (fault === null) return exit;
  console.error(`error: no report: ${fault}`);
  return exit === EXIT.done ? EXIT.failed : exit;
}

/** Reads the files that runs yet to be executed need: a fault is to be known before hours of training, not after. */
async function checkData(open: Plan["runs"]): Promise<void> {
  for (const dataset of new Set(open.map(({ config }) => config.dataset))) {
    if (filesOf(dataset).length > 0) await createDataset(dataset, whyUnreadable);
  }
}

/** Where runs are to compute, said aloud, and on how many processes. Nothing is tried where nothing is to do. */
async function chooseTarget(
  isIdle: boolean,
  given: Arguments,
): Promise<{ readonly target: Target; readonly jobs: number }> {
  const cores = navigator.hardwareConcurrency;
  if (isIdle) return { target: ONE_THREAD, jobs: given.jobs ?? cores };
  const { backend, device } = given;
  const { target, reason } = await resolveTarget({ backend: backend ?? "onnx", device });
  if (!given.json) console.error(`device: ${target.backend}, ${reason}`);
  return { target, jobs: given.jobs ?? (isProcessor(target) ? cores : 1) };
}

/** What is about to be generated and how long it may take. */
function announce(plan: Plan, store: Store, jobs: number): void {
  for (const line of planTotals(describeInStore(plan, store), { jobs })) console.error(line);
}

async function sweep(
  { selected }: Plan,
  { runs, coldStarts }: PlannedJobs,
  store: Store,
  { force, retryFailed, failFast, processes, json, target }: Arguments & {
    readonly target: Target;
    readonly processes: number;
  },
  engines: string | undefined,
): Promise<{ result: SweepResult; exit: number }> {
  const terminal = Deno.stderr.isTerminal();
  const reporter = createReporter({ json, terminal, colour: terminal && !Deno.noColor });
  const execution = new Sweep({
    store,
    jobs: processes,
    force,
    retryFailed,
    failFast,
    reporter,
    target,
    ...(engines !== undefined && { engines }),
    circumstances: () => circumstances(ROOT, store.folder),
  });
  let signal: Deno.Signal | null = null, signalAt = -Infinity;
  const interrupt = (name: Deno.Signal) => {
    const now = performance.now();
    if (now - signalAt >= SAME_KEY_MS) execution.interrupt();
    signal ??= name;
    signalAt = now;
  };
  const onInterrupt = () => interrupt("SIGINT"), onTerminate = () => interrupt("SIGTERM");
  // Not to SIGHUP: nohup must keep its meaning, and the end of this process tells the workers as well.
  Deno.addSignalListener("SIGINT", onInterrupt);
  Deno.addSignalListener("SIGTERM", onTerminate);
  try {
    const result = await execution.execute(runs, coldStarts, selected);
    const exit = result.interrupted
      ? (signal === "SIGTERM" ? EXIT.terminated : EXIT.interrupted)
      : result.failures.length > 0 || result.left > 0
      ? EXIT.failed
      : EXIT.done;
    return { result, exit };
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
    Deno.removeSignalListener("SIGTERM", onTerminate);
    reporter.close();
  }
}

/** How the user started the program: through npx where Deno is not installed. */
function launcher(): string {
  return Deno.env.get("npm_command") === "exec" ? "npx -y deno task" : "deno task";
}

function summarize(
  { runs, finished, cached, failures, left, blocked, interrupted }: SweepResult,
  report: string | null,
  { json }: Arguments,
  resume: string,
): void {
  const unfinished = failures.length > 0 || left > 0;
  if (json) {
    const summary = { runs, finished, cached, failures, left, blocked, interrupted, report };
    console.log(JSON.stringify({ event: "summary", ...summary, ...(unfinished && { resume }) }));
    return;
  }
  const parts = [`${finished} finished now`, `${cached} done before`];
  if (failures.length > 0) parts.push(`${failures.length} failed`);
  if (left > 0) parts.push(`${left} left`);
  console.log(`${runs} ${runs === 1 ? "run" : "runs"}: ${parts.join(", ")}`);
  for (const { label, message, log, blocked } of failures) {
    console.log(`  ${label}: ${message.split("\n")[0]}${log === null ? "" : `\n    log: ${log}`}`);
    if (blocked.length > 0) console.log(`    not begun for it: ${listed(blocked)}`);
  }
  if (unfinished) console.log(`to go on: ${resume}`);
  if (report !== null) console.log(`report: ${report}`);
}
