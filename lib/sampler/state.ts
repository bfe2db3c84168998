/** Reads the parts of a saved {@link SamplerState}. */
import { StoreError } from "../core/errors.ts";
import type { SamplerState } from "./sampler.ts";

/** A copy of an array of `length` values. Errors: a StoreError that says what does not fit. */
export function savedArray({ arrays }: SamplerState, name: string, length: number): Float32Array {
  const values = arrays[name];
  if (values?.length === length) return values.slice();
  throw new StoreError(
    `sampler ${name}: expected ${length} values, got ${values?.length ?? "none"}`,
  );
}

/** A finite number. Errors: a StoreError that names it. */
export function savedNumber({ numbers }: SamplerState, name: string): number {
  const value = numbers[name];
  if (Number.isFinite(value)) return value!;
  throw new StoreError(`sampler ${name}: expected a number, got ${value ?? "none"}`);
}
