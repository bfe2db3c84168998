/** A run's records by kind: found once, as walks through a million records take their time. */
import type { RunRecord } from "../schema/run_record.ts";
import type { RunData } from "../store/run_data.ts";

type Kind = RunRecord["kind"];
type RecordOf<K extends Kind> = Extract<RunRecord, { readonly kind: K }>;

const places = new WeakMap<readonly RunRecord[], ReadonlyMap<Kind, readonly number[]>>();

function placesIn(records: readonly RunRecord[]): ReadonlyMap<Kind, readonly number[]> {
  const known = places.get(records);
  if (known !== undefined) return known;
  const found = new Map<Kind, number[]>();
  for (let i = 0; i < records.length; i++) {
    const { kind } = records[i]!, list = found.get(kind);
    if (list === undefined) found.set(kind, [i]);
    else list.push(i);
  }
  places.set(records, found);
  return found;
}

/** Indices of the records of one of these kinds, rising. */
export function placesOf(
  { records }: Pick<RunData, "records">,
  ...kinds: readonly Kind[]
): readonly number[] {
  const found = placesIn(records);
  const [first = [], ...others] = kinds.map((kind) => found.get(kind) ?? []);
  return others.length === 0 ? first : [first, ...others].flat().sort((a, b) => a - b);
}

/** The records of one kind, in order. */
export function recordsOf<K extends Kind>(
  run: Pick<RunData, "records">,
  kind: K,
): readonly RecordOf<K>[] {
  return placesOf(run, kind).map((i) => run.records[i] as RecordOf<K>);
}
