/** What is wrong with the rows of a file: all counted, the first ones kept to be shown. */
import { ConfigError } from "../../core/errors.ts";

/** One row that cannot be used. */
export interface Fault {
  /** `file:line`, or `file, row n`. */
  readonly place: string;
  readonly problem: string;
}

/** Faults shown of a file; the others are counted. */
const SHOWN = 10;

/** The faults of a file. */
export class Faults {
  readonly shown: Fault[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(place: string, problem: string): void {
    this.#count++;
    if (this.shown.length < SHOWN) this.shown.push({ place, problem });
  }

  /** Errors: a {@link ConfigError} at the first fault when there is one, with the next ones behind it. */
  check(): void {
    const [first, ...others] = this.shown;
    if (first === undefined) return;
    const more = this.#count - 1;
    const lines = others.map(({ place, problem }) => `\n  ${place}: ${problem}`).join("");
    const unseen = more > others.length ? `\n  … and ${more - others.length} more` : "";
    const rest = more === 0 ? "" : ` (and ${more} more to correct)${lines}${unseen}`;
    throw new ConfigError(first.place, first.problem + rest);
  }
}
