/** Progress on a terminal, in a log, and as JSON lines. */
import {
  formatDuration,
  type ProgressEvent,
  ProgressState,
  type Reporter,
  type TaskProgress,
} from "./progress.ts";

/** Options of {@link createReporter}. */
export interface ReporterOptions {
  /** JSON lines on the output stream. */
  readonly json: boolean;
  /** The error stream is a terminal: lines can be redrawn. */
  readonly terminal: boolean;
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly columns?: () => number;
  readonly out?: (text: string) => void;
  readonly err?: (text: string) => void;
  readonly now?: () => number;
}

const encoder = new TextEncoder();

/** The reporter for where progress goes. */
export function createReporter({
  json,
  terminal,
  colour,
  columns = () => Deno.consoleSize().columns,
  out = (text) => void Deno.stdout.writeSync(encoder.encode(text)),
  err = (text) => void Deno.stderr.writeSync(encoder.encode(text)),
  now = () => performance.now(),
}: ReporterOptions): Reporter {
  const style = colour ? ansi : plain;
  if (json) return jsonReporter(out);
  return terminal
    ? new TerminalReporter(err, columns, style, now)
    : new LineReporter(err, style, now);
}

type Style = Readonly<Record<"dim" | "red" | "green" | "bold", (text: string) => string>>;
const plain: Style = { dim: String, red: String, green: String, bold: String };
const code = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;
const ansi: Style = {
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  bold: code(1, 22),
};

function jsonReporter(out: (text: string) => void): Reporter {
  return { report: (event) => out(`${JSON.stringify(event)}\n`), close: () => {} };
}

/** What happened as a sentence; null for what is not worth a line. */
function sentence(event: ProgressEvent, style: Style): string | null {
  switch (event.event) {
    case "plan": {
      const coldStarts = event.tasks.filter(({ kind }) => kind === "coldStart").length;
      const runs = event.tasks.length - coldStarts;
      if (runs === 0) return null;
      const processes = Math.min(event.jobs, Math.max(runs, coldStarts));
      return `${event.runs} ${
        event.runs === 1 ? "run" : "runs"
      }: ${event.done} done, ${runs} to execute` +
        (coldStarts === 0 ? "" : ` after ${coldStarts} cold start${coldStarts > 1 ? "s" : ""}`) +
        `, ${processes} at a time`;
    }
    case "started": {
      const { label, step, steps } = event.task;
      return `started ${label}` + (step > 0 ? ` from step ${step} of ${steps}` : "");
    }
    case "step":
      return null;
    case "interrupted":
      return `stopped ${event.task.label} after step ${event.task.step} of ${event.task.steps}`;
    case "finished": {
      const { label, summary } = event.task;
      return `${style.green("finished")} ${label} in ${formatDuration(event.seconds)}` +
        (summary === "" ? "" : `: ${summary}`);
    }
    case "failed":
      return `${style.red("failed")} ${event.task.label}: ${event.message}` +
        (event.log === null ? "" : `\n  log: ${event.log}`);
    case "blocked":
      return `${style.red("not begun")}, since ${event.task.label} failed: ${
        listed(event.blocked.map(({ label }) => label))
      }`;
    case "stopping":
      return "stopping: every run finishes its step and takes a checkpoint; Ctrl-C again stops at once";
    default:
      return event satisfies never;
  }
}

/** Names one after the other, of many only the first. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length <= most) return names.join("; ");
  return `${names.slice(0, most - 1).join("; ")} and ${names.length - most + 1} more`;
}

function counts({ runs, done, failed, blocked }: ProgressState, running: number): string {
  return `${done}/${runs} runs done, ${running} running` +
    (failed > 0 ? `, ${failed} failed` : "") + (blocked > 0 ? `, ${blocked} not begun` : "");
}

/** One line per event; a long task also says how far it is, about every tenth. */
class LineReporter implements Reporter {
  readonly #state: ProgressState;
  readonly #lastTenth = new Map<string, number>();

  constructor(
    readonly write: (text: string) => void,
    readonly style: Style,
    now: () => number,
  ) {
    this.#state = new ProgressState(now);
  }

  report(event: ProgressEvent): void {
    this.#state.apply(event);
    const line = event.event === "step" ? this.#tenth(event.task) : sentence(event, this.style);
    if (line !== null) this.write(`${line}\n`);
  }

  close(): void {}

  #tenth({ name, kind, label, step, steps, summary }: TaskProgress): string | null {
    const tenth = Math.floor(10 * step / Math.max(1, steps));
    const every = kind === "coldStart" ? 1 : 5; // runs are many
    if (tenth < (this.#lastTenth.get(name) ?? 0) + every || step === steps) return null;
    this.#lastTenth.set(name, tenth);
    const left = this.#state.secondsLeft();
    return `${label}: step ${step} of ${steps}${summary === "" ? "" : `, ${summary}`}` +
      (left === null ? "" : `; about ${formatDuration(left)} left` +
        (kind === "coldStart" ? " for the cold start" : " in all"));
  }
}

const REDRAW_MS = 100, BAR = 20;

/** Events as lines, and below them one line per running task and one for all, redrawn. */
class TerminalReporter implements Reporter {
  readonly #state: ProgressState;
  readonly #now: () => number;
  #drawn = 0; // lines now on the screen that will be drawn over
  #drawnAt = -Infinity;

  constructor(
    readonly write: (text: string) => void,
    readonly columns: () => number,
    readonly style: Style,
    now: () => number,
  ) {
    this.#state = new ProgressState(now);
    this.#now = now;
  }

  report(event: ProgressEvent): void {
    this.#state.apply(event);
    const line = sentence(event, this.style);
    const keep = line !== null && event.event !== "started";
    if (!keep && this.#now() - this.#drawnAt < REDRAW_MS) return;
    this.#draw(keep ? `${line}\n` : "");
  }

  close(): void {
    this.write(this.#erase());
    this.#drawn = 0;
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\r\x1b[J`;
  }

  #draw(above: string): void {
    const running = this.#state.running();
    const width = Math.max(...running.map(({ label }) => label.length), 0);
    const lines = running.map((task) => this.#taskLine(task, width));
    if (running.length > 0) lines.push(this.#overallLine(running.length));
    this.write(this.#erase() + above + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
    this.#drawnAt = this.#now();
  }

  #taskLine(task: TaskProgress & { readonly seconds: number }, width: number): string {
    const { label, step, steps, summary } = task;
    const filled = Math.round(BAR * step / Math.max(1, steps));
    const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
    return this.#fit(`  ${label.padEnd(width)}  ${bar} ${step}/${steps}  ${summary}`);
  }

  #overallLine(running: number): string {
    const left = this.#state.secondsLeft();
    const coldStart = this.#state.running()[0]?.kind === "coldStart";
    const eta = this.#state.stopping
      ? "stopping after this step"
      : left === null
      ? "ETA …"
      : `ETA ${formatDuration(left)}${coldStart ? " for the cold start" : ""}`;
    return this.style.bold(this.#fit(`  ${counts(this.#state, running)}, ${eta}`));
  }

  /** A line that does not wrap: one line drawn must be one line erased. */
  #fit(line: string): string {
    const columns = Math.max(20, this.columns()) - 1;
    return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
  }
}
