/** Sampled responses in groups: cutting them apart and putting them together. */

/** Sampled responses: `rollouts` rows of `responseTokens` each, group after group. */
export interface Rollouts {
  readonly count: number;
  readonly groupSize: number;
  readonly tokens: Int32Array; // [rollouts * responseTokens]; what follows a row's length is to be ignored
  readonly logProbs: Float32Array; // [rollouts * responseTokens]
  readonly lengths: Int32Array; // [rollouts]; tokens up to and including end-of-sequence
  /** Whether the row ended by itself. */
  readonly ended: readonly boolean[];
}

/** The rows of `source` at `rows`, as groups of `groupSize`. */
function pick(
  rows: readonly { readonly source: Rollouts; readonly row: number }[],
  groupSize: number,
): Rollouts {
  const width = rows.length === 0 ? 0 : rows[0]!.source.tokens.length / rows[0]!.source.count;
  const tokens = new Int32Array(rows.length * width), logProbs = new Float32Array(tokens.length);
  rows.forEach(({ source, row }, i) => {
    tokens.set(source.tokens.subarray(row * width, (row + 1) * width), i * width);
    logProbs.set(source.logProbs.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    count: rows.length,
    groupSize,
    tokens,
    logProbs,
    lengths: Int32Array.from(rows, ({ source, row }) => source.lengths[row]!),
    ended: rows.map(({ source, row }) => source.ended[row]!),
  };
}

const rowsOf = (source: Rollouts, group: number) =>
  Array.from(
    { length: source.groupSize },
    (_, member) => ({ source, row: group * source.groupSize + member }),
  );

/** Some groups, in the order given. */
export function selectGroups(source: Rollouts, groups: readonly number[]): Rollouts {
  return pick(groups.flatMap((group) => rowsOf(source, group)), source.groupSize);
}

/** Groups of one size, one list after the other. */
export function concatGroups(parts: readonly Rollouts[]): Rollouts {
  const rows = parts.flatMap((source) =>
    Array.from({ length: source.count }, (_, row) => ({ source, row }))
  );
  return pick(rows, parts[0]?.groupSize ?? 0);
}

/** Group g of the result is group g of `first` with group g of `second` behind it. */
export function extendGroups(first: Rollouts, second: Rollouts): Rollouts {
  const groups = Array.from({ length: first.count / first.groupSize }, (_, group) => group);
  return pick(
    groups.flatMap((group) => [...rowsOf(first, group), ...rowsOf(second, group)]),
    first.groupSize + second.groupSize,
  );
}
