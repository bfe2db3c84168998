/** Several lists drawn into one. */

/** When drawing ends: as soon as one list has given everything, or once all have. */
export const STOPPING = ["allExhausted", "firstExhausted"] as const;
/** One of {@link STOPPING}. */
export type Stopping = typeof STOPPING[number];

/** One element: which list, and its place there. */
export interface Draw {
  readonly list: number;
  readonly index: number;
}

/**
 * Elements of lists, one draw at a time: `next` names a list, whose next element is taken. A list that has given its
 * last begins again. Drawing ends with the draw that completes the first list (`firstExhausted`) or the last one
 * (`allExhausted`), as in `interleave_datasets` with probabilities (huggingface/datasets
 * src/datasets/arrow_dataset.py).
 *
 * @param lengths of the lists, none empty // [lists]
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const turns = [0, 1, 1, 1, 0].values();
 * const draws = interleave([2, 1], () => turns.next().value!, "allExhausted");
 * deepEqual([...draws].map(({ list, index }) => [list, index]), [[0, 0], [1, 0], [1, 0], [1, 0], [0, 1]]);
 * ```
 */
export function* interleave(
  lengths: readonly number[],
  next: () => number,
  stopping: Stopping,
): Generator<Draw> {
  if (lengths.length === 0 || lengths.some((length) => length < 1)) {
    throw new RangeError(`lengths: expected some, none of them 0, got [${lengths.join(", ")}]`);
  }
  const indices = lengths.map(() => 0), exhausted = new Set<number>();
  const wanted = stopping === "allExhausted" ? lengths.length : 1;
  while (exhausted.size < wanted) {
    const list = next();
    yield { list, index: indices[list]! };
    if (++indices[list]! === lengths[list]) {
      exhausted.add(list);
      indices[list] = 0;
    }
  }
}
