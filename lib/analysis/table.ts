/** Arquero tables that know the type of their rows. */
import { type ColumnTable, loadArquero } from "../../deps.ts";

declare const rowType: unique symbol;

/** An Arquero table whose rows are `Row`. */
export type Table<Row> = ColumnTable & { readonly [rowType]?: Row };

/** A table with exactly these columns, in this order; it may have no rows. */
export async function createTable<Row extends object>(
  columns: readonly (keyof Row & string)[],
  rows: Iterable<Row>,
): Promise<Table<Row>> {
  const aq = await loadArquero();
  const values: Record<string, unknown[]> = Object.fromEntries(columns.map((name) => [name, []]));
  for (const row of rows) for (const name of columns) values[name]!.push(row[name]);
  return aq.table(values) as Table<Row>;
}

/** The table's rows as objects. */
export function rowsOf<Row>(table: Table<Row>): readonly Row[] {
  return table.objects() as Row[];
}

/** A column's values, without copying them where the table shows all its rows. */
export function columnOf<Row, Name extends keyof Row & string>(
  table: Table<Row>,
  name: Name,
): ArrayLike<Row[Name]> {
  const whole = !table.isFiltered() && !table.isOrdered();
  return (whole ? table.data()[name] : table.array(name)) as ArrayLike<Row[Name]>;
}
