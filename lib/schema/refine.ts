/** Settings with some of them changed. */
import { ConfigError } from "../core/errors.ts";
import type { Patch } from "./patch.ts";
import { isComponent, isObject, noSuchField, type Path, pathText, show } from "./path.ts";
import type { RunConfig } from "./run_config.ts";

/**
 * A copy of `config` with `patch` applied. A value with `kind` replaces (`sampler: random()`), a bare object
 * refines (`sampler: { mixtureRatio: 1 }`), everything else replaces. What the patch leaves alone is shared with
 * `config`, not copied. Ranges are checked later, once for every run.
 *
 * Errors: a {@link ConfigError} for a field that the settings, or the chosen kind, do not have.
 *
 * @example
 * ```ts
 * import { deepEqual, throws } from "node:assert/strict";
 * import { random } from "../sampler/random.ts";
 * import { recipe } from "./recipe.ts";
 * const base = recipe("mmr1_micro", { sampler: random() });
 * deepEqual(refine(base, { training: { steps: 5 } }).training.steps, 5);
 * throws(() => refine(base, { sampler: { mixtureRatio: 1 } }), /sampler.mixtureRatio: random has no such field/);
 * ```
 */
export function refine(config: RunConfig, patch: Patch<RunConfig>): RunConfig {
  return refined(config, patch, []) as RunConfig;
}

function refined(current: unknown, patch: unknown, path: Path): unknown {
  if (patch === undefined) {
    throw new ConfigError(pathText(path), "expected a value, got nothing; leave the field out");
  }
  if (!isObject(patch) || isComponent(patch)) return patch;
  if (current === null) return patch; // what is switched off has no fields yet; they are checked later
  if (!isObject(current)) {
    throw new ConfigError(
      pathText(path),
      `expected a value to put in place of ${show(current)}, got fields: ${show(patch)}`,
    );
  }
  const result: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    const inside = [...path, key];
    if (!Object.hasOwn(current, key)) {
      const known = Object.keys(current).filter((name) => name !== "kind");
      throw new ConfigError(pathText(inside), noSuchField(key, current, known));
    }
    result[key] = refined(current[key], value, inside);
  }
  return result;
}
