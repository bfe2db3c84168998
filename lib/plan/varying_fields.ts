/** Which fields tell a set of settings apart. */
import { isObject } from "../schema/path.ts";
import type { RunConfig } from "../schema/run_config.ts";

/** Every leaf of the settings as path → value; lists are leaves. */
export function leaves(value: unknown, path = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (here: unknown, at: string) => {
    if (!isObject(here)) {
      found.set(at, here);
      return;
    }
    for (const [key, inner] of Object.entries(here)) walk(inner, at === "" ? key : `${at}.${key}`);
  };
  walk(value, path);
  return found;
}

/**
 * Paths of the fields whose value is not the same in all settings that have them. A field that only some kinds
 * have, with one value among those, is told by `kind` already. What is null in some settings and has fields in
 * others varies as a whole.
 */
export function varyingFields(configs: readonly RunConfig[]): string[] {
  const varying: string[] = [];
  const names = Object.keys(configs[0] ?? {}) as (keyof RunConfig)[];
  for (const name of names) {
    const sections = new Set(configs.map((config) => config[name]));
    if (sections.size === 1) continue; // shared by all: the same object
    const values = new Map<string, Set<string>>();
    for (const section of sections) {
      for (const [field, value] of leaves(section, name)) {
        let seen = values.get(field);
        if (seen === undefined) values.set(field, seen = new Set());
        seen.add(JSON.stringify(value));
      }
    }
    const fields = [...values.keys()];
    for (const [field, seen] of values) {
      const isSometimesNull = seen.has("null") &&
        fields.some((other) => other.startsWith(`${field}.`));
      if (seen.size > 1 || isSometimesNull) varying.push(field);
    }
  }
  return varying;
}
