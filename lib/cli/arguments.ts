/** The command line as typed values. */
import { parseArgs } from "../../deps.ts";
import { type Backend, BACKENDS, type Device, DEVICES } from "../backend/target.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { VERIFIER_KINDS, type VerifierKind } from "../reward/verify.ts";
import {
  type Command,
  COMMANDS,
  DESCRIPTIONS,
  type Flag,
  type FlagInfo,
  FLAGS,
} from "./commands.ts";

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
  /** Null: as many as there are cores, or one on a graphics processor. */
  readonly jobs: number | null;
  /** Null where it was not named. */
  readonly backend: Backend | null;
  readonly device: Device;
  readonly store: string;
  /** Of `setup:cuda` and `setup:tfjs`: only say what is missing; the index, null for the environment's or the public one. */
  readonly check: boolean;
  readonly index: string | null;
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

/**
 * The arguments, or null when help was asked for.
 *
 * Errors: a {@link ConfigError} naming the argument.
 */
export function parseArguments(args: readonly string[]): Arguments | null {
  const infos: readonly FlagInfo[] = Object.values(FLAGS);
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
    backend: values("backend")[0] === undefined
      ? null
      : parseOneOf("--backend", BACKENDS, values("backend")[0]!),
    device: parseOneOf("--device", DEVICES, values("device")[0] ?? "auto"),
    store: values("store")[0] ?? "runs",
    check: parsed[FLAGS.check.name] === true,
    index: values("index")[0] ?? null,
    to: values("to")[0] ?? null,
    effect: parseEffect(values("effect")[0]),
    port: parsePort(values("port")[0]),
    verifier: parseOneOf("--verifier", VERIFIER_KINDS, values("verifier")[0] ?? "math"),
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

function parseJobs(text: string | undefined): number | null {
  if (text === undefined) return null;
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

function parseOneOf<const W extends string>(
  flag: string,
  words: readonly W[],
  text: string,
): W {
  const word = words.find((word) => word === text);
  if (word !== undefined) return word;
  throw new ConfigError(
    flag,
    `expected one of ${words.join(", ")}, got "${text}"${didYouMean(text, words)}`,
  );
}

/** The command that goes on where `args` stopped, to be typed into a shell. */
export function resumeCommand(args: readonly string[], launcher: string): string {
  const quoted = args.filter((arg) => arg !== "--force")
    .map((arg) => /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`);
  return `${launcher} ${quoted.join(" ")}`;
}
