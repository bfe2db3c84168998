/** Places in settings: `sampler.mixtureRatio` for people, a list of keys for programs. */
import { ConfigError, didYouMean } from "../core/errors.ts";

/** Keys from the outside in. */
export type Path = readonly PropertyKey[];

/** The path as people write it; `settings` for the whole. */
export function pathText(path: Path): string {
  return path.length === 0 ? "settings" : path.map(String).join(".");
}

/** True for an object that is neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for an object with a `kind`: a component such as a sampler, which is chosen as a whole. */
export function isComponent(value: unknown): value is { readonly kind: string } {
  return isObject(value) && typeof value.kind === "string";
}

/** The value at a path, `undefined` where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return here;
}

/** A value in an error message: short, and telling a missing value from an empty one. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "symbol") {
    return String(value);
  }
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** What to say about a key that `owner` does not have. */
export function noSuchField(key: string, owner: unknown, known: readonly string[]): string {
  const holder = isComponent(owner) ? `${owner.kind} has no such field` : "no such field";
  const list = known.length === 0 ? "it has none" : `known fields are ${known.join(", ")}`;
  const hint = didYouMean(key, known);
  return `${holder}${hint}${hint === "" ? "; " : " "}${list}`;
}

/**
 * Splits `sampler.mixtureRatio` into keys and checks that complete settings have each of them.
 *
 * Errors: a {@link ConfigError} at the first key that is unknown, with the known ones.
 */
export function resolvePath(config: unknown, text: string): string[] {
  const path = text.split(".");
  path.forEach((key, i) => {
    const owner = valueAt(config, path.slice(0, i));
    const known = isObject(owner) ? Object.keys(owner).filter((name) => name !== "kind") : [];
    if (!isObject(owner) || !Object.hasOwn(owner, key)) {
      throw new ConfigError(path.slice(0, i + 1).join("."), noSuchField(key, owner, known));
    }
  });
  return path;
}
