/** JSON files read piece by piece: a value per line, or one list of values over any number of lines. */
import { ConfigError } from "../../core/errors.ts";

/** One value of the file, or what is wrong with it. */
export interface JsonPiece {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly value: unknown;
  readonly fault: string | null;
}

/** Longest value in bytes. A line break that never comes must not fill the memory. */
const MOST_BYTES = 256 * 1024 * 1024;
const CHUNK = 1 << 20;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const NEWLINE = 0x0a, QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c;
const OPEN_LIST = 0x5b, CLOSE_LIST = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number) =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === NEWLINE;

/** Bytes of one value as they come in, over chunk borders. */
class Gathering {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length <= MOST_BYTES) this.#parts.push(bytes.slice());
    else this.#parts.length = 0;
  }

  /** The value, and an empty gathering again. */
  take(line: number, tail?: Uint8Array): JsonPiece | null {
    if (tail !== undefined) this.add(tail);
    const length = this.#length, parts = this.#parts.splice(0);
    this.#length = 0;
    if (length > MOST_BYTES) {
      return faulty(line, `expected at most ${MOST_BYTES} bytes, got ${length}`);
    }
    const bytes = parts.length === 1 ? parts[0]! : new Uint8Array(length);
    if (parts.length > 1) {
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
    }
    if (bytes.every(isSpace)) return null;
    return parse(bytes, line);
  }
}

const faulty = (line: number, fault: string): JsonPiece => ({ line, value: undefined, fault });

function parse(bytes: Uint8Array, line: number): JsonPiece {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return faulty(line, "expected UTF-8, got other bytes");
  }
  try {
    return { line, value: JSON.parse(text), fault: null };
  } catch (error) {
    const message = error instanceof SyntaxError ? error.message.slice(0, 160) : String(error);
    return faulty(line, `expected JSON: ${message}`);
  }
}

/**
 * The values of a file, one at a time. Empty lines are skipped; a byte order mark and Windows line ends are no
 * matter.
 *
 * Errors: a ConfigError for a file in UTF-16. What is wrong with one value comes as its fault.
 */
export function* jsonValues(path: string): Generator<JsonPiece> {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(CHUNK);
  let read = file.readSync(buffer) ?? 0;
  let chunk = buffer.subarray(0, read);
  if ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)) {
    throw new ConfigError(path, "expected UTF-8, got UTF-16: save it in the other encoding");
  }
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3);
  let splitter: LineSplitter | ListSplitter | null = null;
  for (let line = 1; read > 0;) {
    const first: number | undefined = splitter === null
      ? chunk.find((byte) => !isSpace(byte))
      : undefined;
    if (first !== undefined) {
      splitter = first === OPEN_LIST ? new ListSplitter(line) : new LineSplitter(line);
    }
    if (splitter !== null) yield* splitter.push(chunk);
    else for (const byte of chunk) line += Number(byte === NEWLINE);
    read = file.readSync(buffer) ?? 0;
    chunk = buffer.subarray(0, read);
  }
  if (splitter !== null) yield* splitter.finish();
}

class LineSplitter {
  #line: number;
  readonly #gathering = new Gathering();

  constructor(line: number) {
    this.#line = line;
  }

  *push(chunk: Uint8Array): Generator<JsonPiece> {
    for (let start = 0;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) {
        if (start < chunk.length) this.#gathering.add(chunk.subarray(start));
        return;
      }
      const piece = this.#gathering.take(this.#line++, chunk.subarray(start, end));
      if (piece !== null) yield piece;
      start = end + 1;
    }
  }

  *finish(): Generator<JsonPiece> {
    const piece = this.#gathering.take(this.#line);
    if (piece !== null) yield piece;
  }
}

class ListSplitter {
  #line: number;
  /** Of the value being gathered. */
  #start: number;
  /** Brackets open: 0 before the list and after it, 1 between values. */
  #depth = 0;
  #isClosed = false;
  #inText = false;
  #isEscaped = false;
  readonly #gathering = new Gathering();

  constructor(line: number) {
    this.#line = line;
    this.#start = line;
  }

  *push(chunk: Uint8Array): Generator<JsonPiece> {
    let from = 0;
    const take = (end: number) => {
      const piece = this.#gathering.take(this.#start, chunk.subarray(from, end));
      from = end + 1;
      this.#start = this.#line;
      return piece;
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === NEWLINE) this.#line++;
      if (this.#inText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inText = false;
        continue;
      }
      if (this.#depth === 1 && isSpace(byte) && from === i && this.#gathering.isEmpty) { // in front of a value
        from = i + 1;
        this.#start = this.#line;
        continue;
      }
      if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (this.#depth++ === 0) {
          from = i + 1;
          this.#start = this.#line;
        }
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (--this.#depth > 0) continue;
        const piece = take(i);
        if (piece !== null) yield piece;
        this.#isClosed = true;
      } else if (byte === COMMA && this.#depth === 1) {
        const piece = take(i);
        yield piece ?? faulty(this.#line, "expected a value before the comma");
      }
    }
    if (from < chunk.length) this.#gathering.add(chunk.subarray(from));
  }

  *finish(): Generator<JsonPiece> {
    const rest = this.#gathering.take(this.#start);
    if (this.#isClosed && this.#depth === 0) {
      if (rest !== null) yield faulty(this.#start, "expected nothing behind the list");
      return;
    }
    yield faulty(this.#start, "expected the list to end, got a file that is cut off");
  }
}
