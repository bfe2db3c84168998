/**
 * Where the rows of whole groups lie when responses are packed: one row per token that there is, none for padding.
 *
 * Everything but attention works row by row. Attention reads lanes: all positions of one head of one sequence, side
 * by side. The tables of indices here move head rows from one place to the other and back.
 *
 * Names of sizes: P prompts, G rollouts per prompt, R response positions, H heads, K head width; N packed response
 * rows, which stand in front, and M = P·PREFIX_POSITIONS rows of prompts behind them. A cell is one of the P·G·R
 * places for a response token.
 */
import type { TensorSpec } from "../tensor/program.ts";
import { type PolicyShape, PREFIX_POSITIONS } from "./parameters.ts";

/** Sizes of one packed batch of whole groups. */
export interface PackedSizes {
  readonly prompts: number;
  readonly groupSize: number;
  /** N: from {@link packedRows}. */
  readonly rows: number;
}

/** Programs are compiled for this many different numbers of rows: finer steps waste fewer rows and compile more. */
const SIZES = 16;

/**
 * The number of rows to compute for responses of `tokens` tokens in `cells` cells.
 *
 * Where there is a cell without a token there is a row without one: each stands for the other, and neither has a
 * gradient.
 */
export function packedRows(tokens: number, cells: number): number {
  const step = Math.ceil(cells / SIZES);
  return Math.min(cells, (Math.floor(tokens / step) + 1) * step);
}

/** Names of the tables; see {@link packedIndices}. */
export const PACKED_INDICES = [
  "positions",
  "cells",
  "places",
  "toLanes",
  "fromLanes",
  "toRows",
  "fromRows",
] as const;

/** Tables by name. */
export type PackedIndices<T> = Readonly<Record<typeof PACKED_INDICES[number], T>>;

/** How many lanes' positions, and how many rows, there are. */
function sizesOf({ heads, responseTokens }: PolicyShape, sizes: PackedSizes) {
  const { prompts, groupSize, rows } = sizes;
  return {
    cells: prompts * groupSize * responseTokens,
    promptRows: prompts * PREFIX_POSITIONS,
    responseLanes: prompts * heads * groupSize * responseTokens,
    promptLanes: prompts * heads * PREFIX_POSITIONS,
    rows,
  };
}

/** Shapes of the tables of `parts` batches of one size, end to end. */
export function packedIndexSpecs(shape: PolicyShape, sizes: PackedSizes, parts = 1) {
  const { cells, rows, promptRows, responseLanes, promptLanes } = sizesOf(shape, sizes);
  const { heads } = shape;
  const table = (length: number) => ({ shape: [parts * length], type: "int32" } as const);
  return {
    positions: table(rows),
    cells: table(rows),
    places: table(cells),
    toLanes: table(3 * (responseLanes + promptLanes)),
    fromLanes: table((rows + promptRows) * 3 * heads),
    toRows: table((rows + promptRows) * heads),
    fromRows: table(responseLanes + promptLanes),
  } satisfies PackedIndices<TensorSpec>;
}

/** Lanes of one kind of sequence: their first row among all lanes, rows in all, rows of one lane. */
interface Region {
  readonly base: number;
  readonly size: number;
  readonly stride: number;
}

/**
 * The tables for responses of these lengths.
 *
 * - `positions` [N]: the place of each row in its sequence, prompt included
 * - `cells` [N] and `places` [P·G·R]: the cell of each row, and the row of each cell
 * - `toLanes` [3·(P·H·G·R + P·H·PREFIX_POSITIONS)]: of the head rows [(N+M)·3·H, K] of a projection, those that make
 *   up queries, keys and values of the responses, lanes ordered [P, H, G], then of the prompts, ordered [P, H];
 *   `fromLanes` is the way back
 * - `toRows` [(N+M)·H]: of the lanes' rows, responses before prompts, those that make up the rows; `fromRows` is the
 *   way back
 *
 * Errors: a RangeError when the rows do not suffice.
 *
 * @param lengths tokens of each response, [P·G]
 */
export function packedIndices(
  shape: PolicyShape,
  sizes: PackedSizes,
  lengths: ArrayLike<number>,
): PackedIndices<Int32Array> {
  const { heads, responseTokens: length } = shape, { prompts, groupSize } = sizes;
  const { cells: cellCount, rows, promptRows, responseLanes, promptLanes } = sizesOf(shape, sizes);
  const { cells, places } = matchCells(lengths, length, cellCount, rows);
  const total = rows + promptRows;
  const toLanes = new Int32Array(3 * (responseLanes + promptLanes));
  const fromLanes = new Int32Array(total * 3 * heads);
  const toRows = new Int32Array(total * heads);
  const fromRows = new Int32Array(responseLanes + promptLanes);

  /** Fills a lane's row from the row it takes its heads from; `lane` is head 0's place in its region. */
  const fillLanes = (row: number, lane: number, { base, size, stride }: Region) => {
    for (let head = 0; head < heads; head++) {
      const at = lane + head * stride, from = row * 3 * heads + head, to = 3 * base + at;
      fromRows[base + at] = row * heads + head;
      toLanes[to] = from;
      toLanes[to + size] = from + heads;
      toLanes[to + 2 * size] = from + 2 * heads;
    }
  };
  /** Fills a row from the lane it takes its heads from. */
  const fillRows = (row: number, lane: number, { base, size, stride }: Region) => {
    for (let head = 0; head < heads; head++) {
      const at = lane + head * stride, to = row * 3 * heads + head, from = 3 * base + at;
      toRows[row * heads + head] = base + at;
      fromLanes[to] = from;
      fromLanes[to + heads] = from + size;
      fromLanes[to + 2 * heads] = from + 2 * size;
    }
  };
  const perHead = groupSize * length;
  const responses = { base: 0, size: responseLanes, stride: perHead };
  /** Cells are ordered [P, G, R]. */
  const laneOf = (cell: number) => Math.floor(cell / perHead) * heads * perHead + cell % perHead;
  for (let cell = 0; cell < cellCount; cell++) fillLanes(places[cell]!, laneOf(cell), responses);
  for (let row = 0; row < rows; row++) fillRows(row, laneOf(cells[row]!), responses);
  const behind = { base: responseLanes, size: promptLanes, stride: PREFIX_POSITIONS };
  for (let prompt = 0; prompt < prompts; prompt++) {
    for (let position = 0; position < PREFIX_POSITIONS; position++) {
      const row = rows + prompt * PREFIX_POSITIONS + position;
      const lane = prompt * heads * PREFIX_POSITIONS + position;
      fillLanes(row, lane, behind);
      fillRows(row, lane, behind);
    }
  }
  const positions = cells.map((cell) => PREFIX_POSITIONS + cell % length);
  return { positions, cells, places, toLanes, fromLanes, toRows, fromRows };
}

/** The cell of each row and the row of each cell; what is empty on one side is matched with what is on the other. */
function matchCells(
  lengths: ArrayLike<number>,
  length: number,
  cellCount: number,
  rows: number,
): { cells: Int32Array; places: Int32Array } {
  const cells = new Int32Array(rows), places = new Int32Array(cellCount).fill(-1);
  let used = 0, empty = -1;
  for (let cell = 0; cell < cellCount; cell++) {
    if (cell % length < lengths[Math.floor(cell / length)]!) {
      places[cell] = used;
      cells[used++] = cell;
    } else if (empty < 0) empty = cell;
  }
  if (used > rows || (used === rows) !== (empty < 0)) {
    throw new RangeError(
      `Cannot pack ${used} tokens of ${cellCount} cells into ${rows} rows: expected ` +
        `${packedRows(used, cellCount)}`,
    );
  }
  cells.fill(empty, used);
  for (let cell = 0; cell < cellCount; cell++) if (places[cell]! < 0) places[cell] = rows - 1;
  return { cells, places };
}
