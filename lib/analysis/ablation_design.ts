/** One factor at a time: which setting is varied around, and which settings vary which factor. */
import type { RunConfig } from "../schema/run_config.ts";
import type { ArmResults } from "./results.ts";
import { settingsOf } from "./setting.ts";

/** A factor's value: plain data. */
export type FactorValue = unknown;

/** A factor: something of the settings that a design varies. */
export interface AblatedFactor {
  readonly key: string;
  /** Null where the settings have no such thing. */
  readonly valueOf: (config: RunConfig) => FactorValue;
}

/** One setting in one block. */
export interface AblationCase {
  readonly value: FactorValue;
  readonly arm: ArmResults;
  readonly isBase: boolean;
}

/** Settings that differ in one factor, the base among them. */
export interface AblationBlock {
  readonly factor: AblatedFactor;
  /** In the order of their values. */
  readonly cases: readonly AblationCase[];
}

/** A design of one factor at a time. */
export interface AblationDesign {
  readonly base: ArmResults;
  readonly blocks: readonly AblationBlock[];
  /** Every setting of the blocks once, the base first. */
  readonly settings: readonly ArmResults[];
}

/**
 * The arm that differs least from the others: the number of settings in which it differs from each, summed. In a
 * design of one factor at a time that is the base. Null for no arms.
 *
 * @param preferred decides where several differ as little, as in a design of a single factor
 */
export function centralArm(
  arms: readonly ArmResults[],
  preferred: (arm: ArmResults) => boolean = () => false,
): ArmResults | null {
  const settings = arms.map(({ config }) =>
    new Map(settingsOf(config.sampler).map(({ path, value }) => [path, value]))
  );
  const distance = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
    [...a].filter(([path, value]) => b.get(path) !== value).length;
  const sums = settings.map((own) =>
    settings.reduce((sum, other) => sum + distance(own, other) + distance(other, own), 0)
  );
  const least = Math.min(...sums);
  const central = arms.filter((_, i) => sums[i] === least);
  return central.find(preferred) ?? central[0] ?? null;
}

/** Numbers by size, lists and objects of numbers by their first differing number. */
function compareValues(a: FactorValue, b: FactorValue): number {
  const numbers = (value: FactorValue): readonly number[] =>
    typeof value === "number" ? [value] : Object.values(Object(value)).map(Number);
  const left = numbers(a), right = numbers(b);
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

/**
 * The blocks of a design of one factor at a time. Arms with equal settings are one setting, whatever they are
 * called; the base stands in every block; an arm that differs from the base in no factor or in several stands in
 * none. Null where no factor varies.
 */
export function ablationDesign(
  arms: readonly ArmResults[],
  factors: readonly AblatedFactor[],
  preferred?: (arm: ArmResults) => boolean,
): AblationDesign | null {
  const key = (arm: ArmResults) => JSON.stringify(arm.config);
  const distinct = [...new Map(arms.toReversed().map((arm) => [key(arm), arm])).values()]
    .reverse(); // the first of equal ones
  const base = centralArm(distinct, preferred);
  if (base === null) return null;
  const valueText = (factor: AblatedFactor, { config }: ArmResults) =>
    JSON.stringify(factor.valueOf(config));
  const differing = (arm: ArmResults) =>
    factors.filter((factor) => valueText(factor, arm) !== valueText(factor, base));
  const blocks = factors.flatMap((factor): AblationBlock[] => {
    const others = distinct.filter((arm) => {
      const found = differing(arm);
      return found.length === 1 && found[0] === factor;
    });
    if (others.length === 0) return [];
    const cases = [base, ...others].map((arm) => ({
      value: factor.valueOf(arm.config),
      arm,
      isBase: arm === base,
    })).sort((a, b) => compareValues(a.value, b.value));
    return [{ factor, cases }];
  });
  if (blocks.length === 0) return null;
  const varied = blocks.flatMap(({ cases }) => cases).filter(({ isBase }) => !isBase);
  return { base, blocks, settings: [base, ...varied.map(({ arm }) => arm)] };
}
