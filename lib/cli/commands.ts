/** The commands and their flags: what `--help` says. */
import { BACKENDS, DEVICES } from "../backend/target.ts";
import { VERIFIER_KINDS } from "../reward/verify.ts";

/** What the program can be asked to do. */
export const COMMANDS = [
  "run",
  "plan",
  "report",
  "compare",
  "power",
  "export",
  "show-data",
  "serve-reward",
  "data",
  "eval",
  "conformance",
  "doctor",
  "setup:cuda",
  "setup:tfjs",
] as const;
/** One of {@link COMMANDS}. */
export type Command = typeof COMMANDS[number];

/** One flag: its name, what stands behind it, and which commands have it. */
export interface FlagInfo {
  readonly name: string;
  readonly value?: string;
  readonly repeatable?: boolean;
  readonly meaning: string;
  readonly commands: readonly Command[];
}

const EXPERIMENT_COMMANDS = [
  "run",
  "plan",
  "report",
  "compare",
  "power",
  "export",
  "eval",
] as const;

/** Commands that compute with a policy. */
const COMPUTING_COMMANDS = ["run", "eval", "conformance"] as const;

/** Every flag, by the name of its argument. */
export const FLAGS = {
  seeds: {
    name: "seeds",
    value: "5 | 1..10 | 3,7",
    meaning: "these seeds instead of the experiment's",
    commands: EXPERIMENT_COMMANDS,
  },
  set: {
    name: "set",
    value: "path=value",
    repeatable: true,
    meaning: "change a setting of every run; a comma list crosses the cases with it",
    commands: EXPERIMENT_COMMANDS,
  },
  quick: {
    name: "quick",
    meaning: "the experiment's small version: fewer seeds and steps, and a page of its own",
    commands: EXPERIMENT_COMMANDS,
  },
  setA: {
    name: "set-a",
    value: "path=value",
    repeatable: true,
    meaning: "change a setting of the first experiment",
    commands: ["compare"],
  },
  setB: {
    name: "set-b",
    value: "path=value",
    repeatable: true,
    meaning: "change a setting of the second experiment",
    commands: ["compare"],
  },
  filter: {
    name: "filter",
    value: "words",
    repeatable: true,
    meaning: "only the runs that match",
    commands: ["run", "plan", "eval"],
  },
  force: {
    name: "force",
    meaning: "start the selected runs again; the old folders are moved to the store's .trash",
    commands: ["run"],
  },
  retryFailed: {
    name: "retry-failed",
    meaning: "execute failed runs again",
    commands: ["run"],
  },
  failFast: { name: "fail-fast", meaning: "stop all runs when one fails", commands: ["run"] },
  jobs: {
    name: "jobs",
    value: "N",
    meaning: "worker processes at a time (default: cores)",
    commands: ["run", "plan"],
  },
  json: {
    name: "json",
    meaning: "JSON lines on the output stream",
    commands: [...EXPERIMENT_COMMANDS, "data", "conformance", "doctor"],
  },
  backend: {
    name: "backend",
    value: BACKENDS.join(" | "),
    meaning: "the engine: ONNX Runtime, or TensorFlow.js (default: onnx)",
    commands: COMPUTING_COMMANDS,
  },
  device: {
    name: "device",
    value: DEVICES.join(" | "),
    meaning: "where it computes (default: auto, which says what it takes and why)",
    commands: COMPUTING_COMMANDS,
  },
  store: {
    name: "store",
    value: "DIR",
    meaning: "where runs are kept (default: runs)",
    commands: [...EXPERIMENT_COMMANDS, "doctor"],
  },
  check: {
    name: "check",
    meaning: "say what is missing, and install nothing",
    commands: ["setup:cuda", "setup:tfjs"],
  },
  index: {
    name: "index",
    value: "URL",
    meaning: "the Python index to install from (default: PIP_INDEX_URL, else the public one)",
    commands: ["setup:cuda", "setup:tfjs"],
  },
  to: {
    name: "to",
    value: "DIR",
    meaning: "the folder to write (default: beside the report, with its name)",
    commands: ["export"],
  },
  effect: {
    name: "effect",
    value: "SHARE",
    meaning: "the effect to find (default: 0.02, two points of a share or 2 % of the baseline)",
    commands: ["power"],
  },
  port: {
    name: "port",
    value: "N",
    meaning: "where to listen on this machine (default: 5000; 0: any free port)",
    commands: ["serve-reward"],
  },
  verifier: {
    name: "verifier",
    value: VERIFIER_KINDS.join(" | "),
    meaning: "what judges answers (default: math)",
    commands: ["serve-reward"],
  },
  format: {
    name: "format",
    value: "NAME",
    meaning: "the format to write: mm-eureka, mm-eureka-internvl, lmm-r1, easyr1, verl, mmr1",
    commands: ["data"],
  },
  split: {
    name: "split",
    value: "NAME",
    meaning:
      "data: the split to write (default: train, the pool); eval: those to evaluate on (default: " +
      "validation), several with commas, or all",
    commands: ["data", "eval"],
  },
  checkpoint: {
    name: "checkpoint",
    value: "last | best | STEP",
    meaning: "which of the run's policies (default: last)",
    commands: ["eval"],
  },
  samples: {
    name: "samples",
    value: "N",
    meaning: "responses to each prompt (default: the run's own number)",
    commands: ["eval"],
  },
  temperature: {
    name: "temperature",
    value: "T",
    meaning: "of sampling; 0 takes the likeliest tokens (default: the run's own)",
    commands: ["eval"],
  },
  seed: {
    name: "seed",
    value: "S",
    meaning: "of sampling (default: the run's own, which repeats its evaluation)",
    commands: ["eval"],
  },
  by: {
    name: "by",
    value: "family | level | modality | source",
    meaning: "accuracy by this as well",
    commands: ["eval"],
  },
  generations: {
    name: "generations",
    value: "FILE.jsonl",
    meaning: "write every response there, below this folder",
    commands: ["eval"],
  },
  keys: {
    name: "keys",
    value: "question=NAME,…",
    meaning: "names of fields (default: question=problem,answer=answer,images=images)",
    commands: ["data"],
  },
  help: { name: "help", meaning: "this text", commands: COMMANDS },
} as const satisfies Record<string, FlagInfo>;
/** One of {@link FLAGS}. */
export type Flag = keyof typeof FLAGS;

/** What a command does, and what it is given. */
export interface Description {
  /** What stands behind the command. */
  readonly operand: string;
  /** How many of them: at least and at most. */
  readonly count: readonly [number, number];
  readonly text: string;
}

/** Every command. */
export const DESCRIPTIONS: Readonly<Record<Command, Description>> = {
  run: {
    operand: "FILE",
    count: [1, 1],
    text: "Executes every run of an experiment that is not done yet, then writes its report.",
  },
  plan: {
    operand: "FILE",
    count: [1, 1],
    text: "Prints every run of an experiment, its status, and an estimate of time and rollouts.",
  },
  report: {
    operand: "FILE",
    count: [1, 1],
    text: "Writes an experiment's report from the records in the store.",
  },
  compare: {
    operand: "FILE[@STORE] FILE[@STORE]",
    count: [2, 2],
    text: "Puts two experiments, or two versions of one, side by side: settings, outcomes, curves.",
  },
  power: {
    operand: "FILE",
    count: [1, 1],
    text:
      "Says how many seeds an effect needs, from the noise between the seeds that are finished.",
  },
  export: {
    operand: "FILE",
    count: [1, 1],
    text: "Writes an experiment's figures, tables and records as files for a paper.",
  },
  "show-data": {
    operand: "[RECIPE]",
    count: [0, 1],
    text: "Writes a page with samples of a recipe's data set, their images and answers.",
  },
  "serve-reward": {
    operand: "",
    count: [0, 0],
    text: "Serves a reward model of rules over HTTP, for remote rewards; Ctrl-C ends it.",
  },
  data: {
    operand: "describe FILE | convert FROM TO",
    count: [2, 3],
    text:
      "Says what is in a file of questions, or writes one, or a recipe's pool, in a trainer's format.",
  },
  eval: {
    operand: "RUN | FILE",
    count: [1, 1],
    text:
      "Evaluates a finished run (its id, or the start of it), a cold start, or every finished run of an " +
      "experiment.",
  },
  conformance: {
    operand: "",
    count: [0, 0],
    text:
      "Runs the suite that every engine must pass, on every device that is there or on the one named.",
  },
  doctor: {
    operand: "",
    count: [0, 0],
    text:
      "Says what is there, what is missing or broken, and what to do: engines, devices, libraries, the store.",
  },
  "setup:cuda": {
    operand: "",
    count: [0, 0],
    text:
      "Installs the libraries that ONNX Runtime needs for CUDA, all but the driver, and tries it.",
  },
  "setup:tfjs": {
    operand: "[cpu|cuda]",
    count: [0, 1],
    text:
      "Puts TensorFlow.js's native engine together, for processors or for CUDA, and tries it; needs a C++ compiler.",
  },
};

/** How to call a command, or all of them. */
export function usage(command: Command | null = null): string {
  const lines: string[] = [];
  for (const name of command === null ? COMMANDS : [command]) {
    const { operand, text } = DESCRIPTIONS[name];
    lines.push(`deno task ${name} ${operand}`.trimEnd(), `  ${text}`);
    for (const flag of Object.values<FlagInfo>(FLAGS)) {
      if (!flag.commands.includes(name)) continue;
      const form = `--${flag.name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
      lines.push(`    ${form.padEnd(24)} ${flag.meaning}${flag.repeatable ? " (repeatable)" : ""}`);
    }
    lines.push("");
  }
  lines.push(
    "Exit codes: 0 all selected runs are done, 1 a run failed, 2 wrong arguments or settings,",
    "3 no run matched, 130 interrupted (give the same command again to go on).",
  );
  return lines.join("\n");
}
