/** One way an experiment differs from its base. */
import type { Json } from "../core/fingerprint.ts";
import type { Patch } from "../schema/patch.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";

/** Path into the settings → value. */
export type Factors = Readonly<Record<string, Json>>;

/** A case: made by `cases`, `grid` or `ablate`. Lists of cases add up: `[...cases({ … }), ...grid({ … })]`. */
export interface Case {
  /** What legends call it. */
  readonly label: string;
  /** Applied to the base one after the other. */
  readonly patches: readonly Patch<RunConfig>[];
  /** What `grid` and `ablate` varied; null for a named case, whose factors follow from comparing settings. */
  readonly factors: Factors | null;
}

/**
 * Named cases, each a change to the base.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { random } from "../sampler/random.ts";
 * import { vas } from "../sampler/vas.ts";
 * const vary = cases({ "random": { sampler: random() }, "VAS": { sampler: vas() } });
 * deepEqual(vary.map(({ label }) => label), ["random", "VAS"]);
 * ```
 */
export function cases(named: Readonly<Record<string, Patch<RunConfig>>>): readonly Case[] {
  return Object.entries(named).map(([label, patch]) => ({
    label,
    patches: [patch],
    factors: null,
  }));
}

/** The settings of a case. Errors: those of {@link refine}. */
export function applyCase(base: RunConfig, { patches }: Pick<Case, "patches">): RunConfig {
  return patches.reduce<RunConfig>((config, patch) => refine(config, patch), base);
}
