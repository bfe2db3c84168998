import { deepEqual } from "node:assert/strict";
import { concatGroups, extendGroups, type Rollouts, selectGroups } from "./rollouts.ts";

/** Rows of two tokens: token t of row r is 10·(first + r) + t. */
function rollouts(first: number, count: number, groupSize: number): Rollouts {
  const numbers = Array.from({ length: count }, (_, row) => first + row);
  return {
    count,
    groupSize,
    tokens: Int32Array.from(numbers.flatMap((row) => [10 * row, 10 * row + 1])),
    logProbs: Float32Array.from(numbers.flatMap((row) => [-row, -row - 0.5])),
    lengths: Int32Array.from(numbers, (row) => 1 + row % 2),
    ended: numbers.map((row) => row % 3 === 0),
  };
}

const rowsOf = ({ tokens }: Rollouts) =>
  [...tokens].filter((_, i) => i % 2 === 0).map((t) => t / 10);

Deno.test("selectGroups() keeps rows together, with all that belongs to them", () => {
  const chosen = selectGroups(rollouts(0, 6, 2), [2, 0]);
  deepEqual(rowsOf(chosen), [4, 5, 0, 1]);
  deepEqual([...chosen.logProbs], [-4, -4.5, -5, -5.5, -0, -0.5, -1, -1.5]);
  deepEqual([...chosen.lengths], [1, 2, 1, 2]);
  deepEqual(chosen.ended, [false, false, true, false]);
  deepEqual([chosen.count, chosen.groupSize], [4, 2]);
});

Deno.test("concatGroups() puts what was cut apart together again", () => {
  const whole = rollouts(0, 6, 2);
  deepEqual(concatGroups([0, 1, 2].map((group) => selectGroups(whole, [group]))), whole);
});

Deno.test("extendGroups() lengthens every group by its own continuation", () => {
  const longer = extendGroups(rollouts(0, 2, 1), rollouts(10, 4, 2));
  deepEqual(rowsOf(longer), [0, 10, 11, 1, 12, 13]);
  deepEqual([longer.count, longer.groupSize], [6, 3]);
});
