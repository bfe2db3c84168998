/** Records of one kind as columns: nested fields by their path, whatever the kind. */
import type { ParquetColumn } from "./parquet_file.ts";

/** A field of the records, and how it is kept. */
export interface RecordColumn extends ParquetColumn {
  readonly path: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** What has been seen at one path. */
interface Seen {
  readonly path: readonly string[];
  types: Set<"flag" | "integer" | "number" | "text" | "list">;
}

const isInt32 = (value: number) => (value | 0) === value;

function look(value: unknown): Seen["types"] extends Set<infer Type> ? Type : never {
  switch (typeof value) {
    case "boolean":
      return "flag";
    case "number":
      return isInt32(value) ? "integer" : "number";
    case "string":
      return "text";
    default:
      return "list";
  }
}

/** Fields within fields, to whatever depth; a list is one value. */
class Tree {
  readonly leaves: Map<string, Seen> = new Map();
  readonly branches: Map<string, Tree> = new Map();
  constructor(readonly path: readonly string[]) {}

  see(fields: Fields): void {
    for (const name in fields) {
      const value = fields[name];
      if (value !== null && typeof value === "object" && !Array.isArray(value)) {
        let branch = this.branches.get(name);
        if (branch === undefined) {
          this.branches.set(name, branch = new Tree([...this.path, name]));
        }
        branch.see(value as Fields);
        continue;
      }
      let leaf = this.leaves.get(name);
      if (leaf === undefined) {
        this.leaves.set(name, leaf = { path: [...this.path, name], types: new Set() });
      }
      if (value !== null && value !== undefined) leaf.types.add(look(value));
    }
  }

  all(): readonly Seen[] {
    // Null in some records and fields in others: the fields' columns are null there.
    const leaves = [...this.leaves].filter(([name, { types }]) =>
      types.size > 0 || !this.branches.has(name)
    );
    return [
      ...leaves.map(([, seen]) => seen),
      ...[...this.branches.values()].flatMap((tree) => tree.all()),
    ];
  }
}

function typeOf({ types }: Seen): ParquetColumn["type"] {
  const [only] = types;
  if (types.size === 1 && only === "flag") return "BOOLEAN";
  if (types.size === 1 && only === "integer") return "INT32";
  const isNumber = [...types].every((type) => type === "integer" || type === "number");
  return isNumber ? "DOUBLE" : "STRING";
}

/**
 * One column per field that any of the records has: `seconds.total`, `splits.validation.accuracy`. Whole numbers
 * of 32 bits stay such where all are, other numbers are doubles; lists become JSON.
 *
 * @param records of one kind; `kind` itself is left out
 */
export function recordColumns(records: Iterable<object>): readonly RecordColumn[] {
  const tree = new Tree([]);
  for (const record of records) tree.see(record as Fields);
  tree.leaves.delete("kind");
  return tree.all().map((seen) => ({
    name: seen.path.join("."),
    type: typeOf(seen),
    path: seen.path,
  }));
}

/** The column's values, null where a record has none. */
export function columnValues(
  { path, type }: RecordColumn,
  records: readonly object[],
): readonly unknown[] {
  return records.map((record) => {
    let value: unknown = record;
    for (const name of path) value = (value as Fields | null | undefined)?.[name];
    if (value === null || value === undefined) return null;
    return type === "STRING" && typeof value !== "string" ? JSON.stringify(value) : value;
  });
}
