/** Programs that are compiled for a number of rows each, when it first comes up. */
import type { Program } from "../tensor/program.ts";
import type { Session, TensorRuntime } from "../tensor/runtime.ts";

/** Options of {@link SizedSessions}. */
export interface SizedSessionsOptions {
  /** Names of outputs that stay with the runtime; default none. */
  readonly resident?: readonly string[];
  /** Compiled programs that are kept, each with the memory of its intermediate results; default 4. */
  readonly kept?: number;
}

/** The sessions of one program in several sizes. */
export class SizedSessions {
  readonly #runtime: TensorRuntime;
  readonly #programOf: (rows: number) => Program;
  readonly #resident: readonly string[];
  readonly #kept: number;
  /** The one used last stands last. */
  readonly #sessions = new Map<number, Session>();

  constructor(
    runtime: TensorRuntime,
    programOf: (rows: number) => Program,
    { resident = [], kept = 4 }: SizedSessionsOptions = {},
  ) {
    this.#runtime = runtime;
    this.#programOf = programOf;
    this.#resident = resident;
    this.#kept = kept;
  }

  /** The session for `rows`; compiled when it is not there. Valid until another is asked for. */
  async of(rows: number): Promise<Session> {
    let session = this.#sessions.get(rows);
    if (session === undefined) {
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size === this.#kept) await this.#free(oldest!);
      session = await this.#runtime.compile(this.#programOf(rows), this.#resident);
    } else this.#sessions.delete(rows);
    this.#sessions.set(rows, session);
    return session;
  }

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    for (const rows of [...this.#sessions.keys()]) await this.#free(rows);
  }

  async #free(rows: number): Promise<void> {
    const session = this.#sessions.get(rows);
    this.#sessions.delete(rows);
    await session?.release();
  }
}
