/** Says in words what a schema accepts: "a number in [0, 1]". */
import { z } from "../../deps.ts";
import { isObject, type Path } from "./path.ts";

type Schema = z.core.$ZodType;

/** The definition behind a schema, as a union that `type` tells apart. */
function definition(schema: Schema): z.core.$ZodTypes["_zod"]["def"] {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schema of the field at `path` of `value`; the outermost known one where the path leads outside. */
export function schemaAt(schema: Schema, path: Path, value: unknown): Schema {
  const def = definition(schema);
  if (def.type === "lazy") return schemaAt(def.getter(), path, value);
  if (def.type === "union") {
    const chosen = def.options.find((option) => accepts(option, value));
    return chosen === undefined ? schema : schemaAt(chosen, path, value);
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  if (def.type === "nullable") return schemaAt(def.innerType, path, value);
  const inside = isObject(value) || Array.isArray(value)
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
  if (def.type === "object") {
    const field = def.shape[String(key)];
    return field === undefined ? schema : schemaAt(field, rest, inside);
  }
  if (def.type === "record") return schemaAt(def.valueType, rest, inside);
  return def.type === "array" ? schemaAt(def.element, rest, inside) : schema;
}

/** True where the `kind` of `value` is the one that a component's schema is for. */
function accepts(option: Schema, value: unknown): boolean {
  const def = definition(option);
  if (def.type !== "object" || !isObject(value) || def.shape.kind === undefined) return false;
  return z.safeParse(def.shape.kind, value.kind).success;
}

/** Names of an object's fields; none for anything else. */
export function fieldsOf(schema: Schema): string[] {
  const def = definition(unwrapped(schema));
  return def.type === "object" ? Object.keys(def.shape) : [];
}

/** What may also be null, or is looked up late, without that. */
function unwrapped(schema: Schema): Schema {
  const def = definition(schema);
  if (def.type === "nullable") return unwrapped(def.innerType);
  return def.type === "lazy" ? unwrapped(def.getter()) : schema;
}

/** The words an enumeration or a literal allows, or the kinds a union tells apart; none for anything else. */
export function wordsOf(schema: Schema): string[] {
  const def = definition(unwrapped(schema));
  switch (def.type) {
    case "enum":
      return Object.values(def.entries).map(String);
    case "literal":
      return def.values.map(String);
    case "union":
      return def.options.flatMap((option) => {
        const inner = definition(option);
        return inner.type === "object" && inner.shape.kind ? wordsOf(inner.shape.kind) : [];
      });
    default:
      return [];
  }
}

/** What the schema accepts, in words. */
export function expected(schema: Schema): string {
  const def = definition(schema);
  switch (def.type) {
    case "number":
      return numberInWords(schema);
    case "boolean":
      return "true or false";
    case "string":
      return "a text";
    case "nullable":
      return `${expected(def.innerType)} or null`;
    case "lazy":
      return expected(def.getter());
    case "array":
      return `a list, each item ${expected(def.element)}`;
    case "record":
      return `fields of any name, each ${expected(def.valueType)}`;
    case "enum":
    case "literal":
    case "union": {
      const words = wordsOf(schema).map((word) => JSON.stringify(word));
      if (def.type === "union") return `one of the kinds ${words.join(", ")}`;
      return words.length === 1 ? words[0]! : `one of ${words.join(", ")}`;
    }
    case "object": {
      const kind = def.shape.kind === undefined ? [] : wordsOf(def.shape.kind);
      return kind.length === 1
        ? `the fields of ${kind[0]}`
        : `the fields ${fieldsOf(schema).join(", ")}`;
    }
    default:
      return `a value of type ${def.type}`;
  }
}

/** "a whole number of at least 1", "a number in [0, 1)". */
function numberInWords(schema: Schema): string {
  let low = -Infinity, high = Infinity, lowOpen = false, highOpen = false;
  const def = definition(schema);
  const whole = "format" in def && def.format === "safeint";
  for (const check of def.checks ?? []) {
    const bound = check._zod.def as z.core.$ZodCheckLessThanDef | z.core.$ZodCheckGreaterThanDef;
    if (bound.check === "greater_than") [low, lowOpen] = [Number(bound.value), !bound.inclusive];
    if (bound.check === "less_than") [high, highOpen] = [Number(bound.value), !bound.inclusive];
  }
  const noun = whole ? "a whole number" : "a number";
  if (low > -Infinity && high < Infinity) {
    return `${noun} in ${lowOpen ? "(" : "["}${low}, ${high}${highOpen ? ")" : "]"}`;
  }
  if (low > -Infinity) return `${noun} ${lowOpen ? "above" : "of at least"} ${low}`;
  if (high < Infinity) return `${noun} ${highOpen ? "below" : "of at most"} ${high}`;
  return noun;
}
