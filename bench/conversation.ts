/** A process that answers requests, one line of JSON each, so that several can take turns in being measured. */

/** What is answered: numbers and texts by name. */
export type Answer = Readonly<Record<string, unknown>>;

/** A running process that answers. */
export class Conversation {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;
  readonly #stderr: Promise<string>;

  /**
   * @param name what it is called in errors
   * @param limitMs the longest time for an answer, after which the process is ended; null: any
   */
  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    readonly limitMs: number | null = null,
  ) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = linesOf(this.#process.stdout);
    this.#stderr = new Response(this.#process.stderr).text();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What its function `what` returns. Errors: an Error with what the process says. */
  async ask(what: string, request: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const line = JSON.stringify({ do: what, ...request }) + "\n";
    await this.#input.write(new TextEncoder().encode(line)).catch(() => {});
    let isLate = false;
    const timer = this.limitMs === null ? null : setTimeout(() => {
      isLate = true;
      this.#process.kill("SIGKILL");
    }, this.limitMs);
    const { value, done } = await this.#answers.next();
    if (timer !== null) clearTimeout(timer);
    if (isLate) throw new Error(`${this.name} ${what}: no answer within ${this.limitMs! / 1000} s`);
    if (done) throw new Error(`${this.name} ended: ${(await this.#stderr).slice(-2000)}`);
    const answer: Answer = JSON.parse(value);
    if (typeof answer.error === "string") {
      throw new Error(`${this.name} ${what}: ${answer.error}`);
    }
    return answer;
  }

  /** As {@link ask}, for a function that measures itself. */
  async seconds(what: string, request: Readonly<Record<string, unknown>> = {}): Promise<number> {
    return numberIn(await this.ask(what, request), "seconds");
  }

  /** Ends the process. */
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
