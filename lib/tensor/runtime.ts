/** What every tensor runtime does: compile programs, run them, and keep tensors on its device. */
import type { HostArray, HostTensor, Named, Program } from "./program.ts";

/** Where and how wide programs run. */
export interface RuntimeOptions {
  /** Threads inside one operation, on processors. */
  readonly threads: number;
}

/**
 * A tensor that stays with its runtime between runs, on the device where it has one: parameters, and the
 * optimiser's state. Only the runtime that made it can read it.
 */
export interface ResidentTensor {
  readonly shape: readonly number[];
}

/** What one run gave. */
export interface Outputs {
  /** On the host; valid until the next run of the session. */
  readonly values: Named<HostArray>;
  /** The outputs that were asked to stay with the runtime. */
  readonly resident: Named<ResidentTensor>;
}

/** A compiled program. Not re-entrant: one `run` at a time. */
export interface Session {
  /**
   * Runs the program.
   *
   * Errors: a missing input or a wrong shape is an error that names it.
   *
   * @param spare tensors by the name of a resident output, which are not needed any more: the runtime may write
   * the outputs into them, and they are gone afterwards
   */
  run(feeds: Named<HostTensor | ResidentTensor>, spare?: Named<ResidentTensor>): Promise<Outputs>;
  /** Frees what the session holds. */
  release(): Promise<void>;
}

/** A runtime on one device. */
export interface TensorRuntime {
  /** Of the engine that computes. */
  readonly version: string;
  /** Whether it computes in the host's memory, so that what is fed anew at every run costs little. */
  readonly inHostMemory: boolean;
  /** @param resident names of outputs that stay with the runtime */
  compile(program: Program, resident?: readonly string[]): Promise<Session>;
  /** Puts a copy of `tensor` where it can be fed from again and again. */
  place(tensor: HostTensor): Promise<ResidentTensor>;
  /** A copy on the host. */
  read(tensor: ResidentTensor): Promise<Float32Array>;
  /** Gives a tensor's memory back. */
  free(tensor: ResidentTensor): void;
}

/** The float output `name`. Errors: a TypeError when there is none. */
export function floats({ values }: Outputs, name: string): Float32Array {
  const data = values[name];
  if (!(data instanceof Float32Array)) throw new TypeError(`${name}: expected a float32 output`);
  return data;
}

/** The integer output `name`. Errors: a TypeError when there is none. */
export function integers({ values }: Outputs, name: string): Int32Array {
  const data = values[name];
  if (!(data instanceof Int32Array)) throw new TypeError(`${name}: expected an int32 output`);
  return data;
}
