/** Python peers: their environment, and a process of theirs that is measured in turns with us. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../lib/core/errors.ts";
import type { Clock } from "./comparison.ts";

const FOLDER = fileURLToPath(new URL("peers/", import.meta.url));
const ENVIRONMENT = join(FOLDER, ".venv");
const PYTHON = join(ENVIRONMENT, "bin", "python");
const REQUIREMENTS = join(FOLDER, "requirements.txt");
/** The requirements that the environment was completed with. */
const INSTALLED = join(ENVIRONMENT, "installed.txt");
const PYTHONS = ["python3.11", "python3.12", "python3.13", "python3"];

/** What a peer answers: numbers and texts by name. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * Makes the virtual environment `bench/peers/.venv`, or leaves it as it is where it has what `requirements.txt` asks for.
 *
 * Errors: a {@link ConfigError} where there is no Python of at least 3.11, or the packages cannot be installed.
 */
export async function preparePython(): Promise<void> {
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  if (await Deno.readTextFile(INSTALLED).catch(() => null) === wanted) return;
  const python = await findPython();
  console.error(`Installing bench/peers/requirements.txt (several GB, once) with ${python} …`);
  await succeeds(python, ["-m", "venv", ENVIRONMENT]);
  await succeeds(PYTHON, ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]);
  await Deno.writeTextFile(INSTALLED, wanted);
}

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    const check = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    if (await succeedsQuietly(name, ["-c", check])) return name;
  }
  throw new ConfigError(
    "python",
    `expected Python 3.11 or later with venv, got none of ${PYTHONS.join(", ")}; ` +
      "install it (Debian: python3 and python3-venv), nothing else of the project needs it",
  );
}

/** Whether a command exists and succeeds. */
async function succeedsQuietly(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(command, {
    args: [...args],
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (!success) {
    throw new ConfigError(
      "bench/peers/requirements.txt",
      `expected its packages to install, got a failure of "${command} ${args.join(" ")}" (above)`,
    );
  }
}

/** Versions of packages in the environment, by name. */
export async function packageVersions(names: readonly string[]): Promise<Record<string, string>> {
  const code = "import importlib.metadata as m, json, platform, sys; print(json.dumps(" +
    "{'python': platform.python_version(), **{n: m.version(n) for n in sys.argv[1:]}}))";
  const { stdout } = await new Deno.Command(PYTHON, { args: ["-c", code, ...names] }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A running script of `bench/peers`. */
export class Peer {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;
  readonly #stderr: Promise<string>;

  /** @param threads of PyTorch and of every BLAS below it */
  constructor(readonly script: string, threads: number, clock: Clock) {
    this.#process = new Deno.Command(PYTHON, {
      args: [join(FOLDER, script)],
      env: {
        OMP_NUM_THREADS: `${threads}`,
        MKL_NUM_THREADS: `${threads}`,
        HF_HUB_OFFLINE: "1",
        BENCH_CLOCK: clock,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = linesOf(this.#process.stdout);
    this.#stderr = new Response(this.#process.stderr).text();
  }

  /** What the script's function `what` returns. Errors: an Error with what the script says. */
  async ask(what: string, request: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const line = JSON.stringify({ do: what, ...request }) + "\n";
    await this.#input.write(new TextEncoder().encode(line)).catch(() => {});
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`${this.script} ended: ${(await this.#stderr).slice(-2000)}`);
    const answer: Answer = JSON.parse(value);
    if (typeof answer.error === "string") {
      throw new Error(`${this.script} ${what}: ${answer.error}`);
    }
    return answer;
  }

  /** As {@link ask}, for a function that measures itself. */
  async seconds(what: string, request: Readonly<Record<string, unknown>> = {}): Promise<number> {
    return numberIn(await this.ask(what, request), "seconds");
  }

  /** Ends the script. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#process.status;
    await this.#stderr;
  }
}

/** A number of an answer. */
export function numberIn(answer: Answer, name: string): number {
  const value = answer[name];
  if (typeof value === "number") return value;
  throw new TypeError(`${name}: expected a number, got ${JSON.stringify(value)}`);
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
