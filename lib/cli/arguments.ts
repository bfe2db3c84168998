/** The command line as typed values. */
import { parseArgs } from "../../deps.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { VERIFIER_KINDS, type VerifierKind } from "../reward/verify.ts";

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
] as const;
/** One of {@link COMMANDS}. */
export type Command = typeof COMMANDS[number];

/** Arguments of any command; what a command does not know is refused. */
export interface Arguments {
  readonly command: Command;
  /** The experiment file, or the recipe for `show-data`; null when not given. */
  readonly file: string | null;
  /** The second experiment of `compare`; null for every other command. */
  readonly otherFile: string | null;
  /** Everything behind the command, of which `data` has up to three. */
  readonly operands: readonly string[];
  readonly seeds: string | null;
  readonly set: readonly string[];
  /** Of `compare`: for the first experiment only, and for the second. */
  readonly setA: readonly string[];
  readonly setB: readonly string[];
  readonly filter: readonly string[];
  readonly quick: boolean;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly failFast: boolean;
  readonly json: boolean;
  readonly jobs: number;
  readonly store: string;
  /** Of `export`: the folder to write; null for the one beside the report. */
  readonly to: string | null;
  /** Of `power`: the effect to find, a share. */
  readonly effect: number;
  /** Of `serve-reward`: where to listen, 0 for any free port; what judges answers. */
  readonly port: number;
  readonly verifier: VerifierKind;
  /** Of `data convert`: the format to write. */
  readonly format: string | null;
  /** Of `data convert`: the recipe's split to take. Of `eval`: the splits. */
  readonly split: string | null;
  /** Of `eval`: see `evalOptions`. */
  readonly checkpoint: string | null;
  readonly samples: string | null;
  readonly temperature: string | null;
  readonly seed: string | null;
  readonly by: string | null;
  readonly generations: string | null;
  /** Of `data`: names of fields, such as `question=prompt`. */
  readonly keys: string | null;
}

type Flag = Exclude<keyof Arguments, "command" | "file" | "otherFile" | "operands"> | "help";

interface FlagInfo {
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

const FLAGS: Readonly<Record<Flag, FlagInfo>> = {
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
    commands: [...EXPERIMENT_COMMANDS, "data"],
  },
  store: {
    name: "store",
    value: "DIR",
    meaning: "where runs are kept (default: runs)",
    commands: EXPERIMENT_COMMANDS,
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
};

interface Description {
  /** What stands behind the command. */
  readonly operand: string;
  /** How many of them: at least and at most. */
  readonly count: readonly [number, number];
  readonly text: string;
}

const DESCRIPTIONS: Readonly<Record<Command, Description>> = {
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
};

/** How to call a command, or all of them. */
export function usage(command: Command | null = null): string {
  const lines: string[] = [];
  for (const name of command === null ? COMMANDS : [command]) {
    const { operand, text } = DESCRIPTIONS[name];
    lines.push(`deno task ${name} ${operand}`.trimEnd(), `  ${text}`);
    for (const flag of Object.values(FLAGS)) {
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

/**
 * The arguments, or null when help was asked for.
 *
 * Errors: a {@link ConfigError} naming the argument.
 */
export function parseArguments(args: readonly string[]): Arguments | null {
  const infos = Object.values(FLAGS);
  const parsed = parseArgs(args, {
    boolean: infos.filter(({ value }) => value === undefined).map(({ name }) => name),
    string: infos.filter(({ value }) => value !== undefined).map(({ name }) => name),
    collect: infos.filter(({ value }) => value !== undefined).map(({ name }) => name),
    alias: { h: "help" },
    unknown: (arg) => {
      if (!/^-./.test(arg)) return true;
      const flag = arg.replace(/=.*$/s, "");
      const known = infos.map(({ name }) => `--${name}`);
      throw new ConfigError(flag, `unknown flag${didYouMean(flag, known)}`);
    },
  });
  const [first, ...operands] = parsed._.map(String);
  const command = COMMANDS.find((name) => name === first) ?? null;
  if (parsed.help) return null;
  if (command === null) {
    const got = first === undefined ? "nothing" : `"${first}"${didYouMean(first, COMMANDS)}`;
    throw new ConfigError("command", `expected one of ${COMMANDS.join(", ")}, got ${got}`);
  }
  const { operand, count: [least, most] } = DESCRIPTIONS[command];
  if (operands.length < least || operands.length > most) {
    const got = operands.length === 0 ? "none" : operands.join(" ");
    const wanted = most === 0 ? "flags only" : most === 1 ? `one ${operand}` : operand;
    throw new ConfigError(command, `expected ${wanted}, got ${got}`);
  }
  const values = (flag: Flag) => parsed[FLAGS[flag].name] as readonly string[];
  for (const { name, value, repeatable, commands } of infos) {
    const given = parsed[name];
    if (value === undefined ? given !== true : (given as readonly string[]).length === 0) continue;
    if (!commands.includes(command)) {
      throw new ConfigError(`--${name}`, `no flag of "${command}", only of ${commands.join(", ")}`);
    }
    if (value === undefined) continue;
    const texts = given as readonly string[];
    if (texts.includes("")) throw new ConfigError(`--${name}`, `expected ${value}, got nothing`);
    if (!repeatable && texts.length > 1) {
      throw new ConfigError(`--${name}`, `expected it once, got ${texts.join(" and ")}`);
    }
  }
  return {
    command,
    file: operands[0] ?? null,
    otherFile: operands[1] ?? null,
    operands,
    seeds: values("seeds")[0] ?? null,
    set: values("set"),
    setA: values("setA"),
    setB: values("setB"),
    filter: values("filter"),
    quick: parsed[FLAGS.quick.name] === true,
    force: parsed[FLAGS.force.name] === true,
    retryFailed: parsed[FLAGS.retryFailed.name] === true,
    failFast: parsed[FLAGS.failFast.name] === true,
    json: parsed[FLAGS.json.name] === true,
    jobs: parseJobs(values("jobs")[0]),
    store: values("store")[0] ?? "runs",
    to: values("to")[0] ?? null,
    effect: parseEffect(values("effect")[0]),
    port: parsePort(values("port")[0]),
    verifier: parseVerifier(values("verifier")[0]),
    format: values("format")[0] ?? null,
    split: values("split")[0] ?? null,
    checkpoint: values("checkpoint")[0] ?? null,
    samples: values("samples")[0] ?? null,
    temperature: values("temperature")[0] ?? null,
    seed: values("seed")[0] ?? null,
    by: values("by")[0] ?? null,
    generations: values("generations")[0] ?? null,
    keys: values("keys")[0] ?? null,
  };
}

function parseJobs(text: string | undefined): number {
  if (text === undefined) return navigator.hardwareConcurrency;
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new ConfigError("--jobs", `expected a whole number from 1 to 9999, got "${text}"`);
  }
  return Number(text);
}

function parseEffect(text: string | undefined): number {
  if (text === undefined) return 0.02;
  const effect = Number(text);
  if (!(/^[\d.]+$/.test(text) && effect > 0 && effect < 1)) {
    throw new ConfigError("--effect", `expected a share above 0 and below 1, got "${text}"`);
  }
  return effect;
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 5000;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new ConfigError("--port", `expected a whole number from 0 to 65535, got "${text}"`);
  }
  return Number(text);
}

function parseVerifier(text: string | undefined): VerifierKind {
  const kind = VERIFIER_KINDS.find((kind) => kind === (text ?? "math"));
  if (kind !== undefined) return kind;
  throw new ConfigError(
    "--verifier",
    `expected one of ${VERIFIER_KINDS.join(", ")}, got "${text}"${
      didYouMean(text!, VERIFIER_KINDS)
    }`,
  );
}

/** The command that goes on where `args` stopped, to be typed into a shell. */
export function resumeCommand(args: readonly string[], launcher: string): string {
  const quoted = args.filter((arg) => arg !== "--force")
    .map((arg) => /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`);
  return `${launcher} ${quoted.join(" ")}`;
}
