/** Settings as paths and values: what arms share, and what sets them apart. */
import type { ArmResults } from "./results.ts";

/** A setting that is not an object of settings. */
export interface Setting {
  /** Such as `sampler.weights.ovs`. */
  readonly path: string;
  /** As JSON. */
  readonly value: string;
}

/** Every leaf of a configuration, in its order. */
export function settingsOf(config: object, prefix = ""): readonly Setting[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    return nested ? settingsOf(value, path) : [{ path, value: JSON.stringify(value) }];
  });
}

/** One differing setting; null for an arm that has no such setting. */
export interface SettingDifference {
  readonly path: string;
  readonly values: readonly (string | null)[]; // [arms]
}

/** Settings that all arms agree on, and those that differ. */
export function compareSettings(
  arms: readonly ArmResults[],
): { readonly common: readonly Setting[]; readonly differing: readonly SettingDifference[] } {
  const tables = arms.map(({ config }) =>
    new Map(settingsOf(config).map(({ path, value }) => [path, value]))
  );
  const paths = [...new Set(tables.flatMap((table) => [...table.keys()]))];
  const rows = paths.map((path) => ({
    path,
    values: tables.map((table) => table.get(path) ?? null),
  }));
  const same = ({ values }: SettingDifference) => values.every((value) => value === values[0]);
  return {
    common: rows.filter(same).map(({ path, values }) => ({ path, value: values[0]! })),
    differing: rows.filter((row) => !same(row)),
  };
}
