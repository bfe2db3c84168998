/** Which colour and dashes an arm has: the same in every figure and, as far as they suffice, in every report. */
import { fingerprint } from "../../core/fingerprint.ts";
import type { RunConfig } from "../../schema/run_config.ts";
import { ARM_COLOURS, type ArmStyle, styleAt, STYLES } from "./theme.ts";

const COLOURS = ARM_COLOURS.length;

/** The place of every sampler; uniform sampling and VAS have several. Slots from 8 on are dashed. */
const SAMPLERS = {
  random: 0,
  shuffle: 16,
  sequential: 17,
  vas: 15,
  learnability: 3,
  mopps: 4,
  greso: 5,
  replay: 6,
  adaRft: 7,
  easyToHard: 11,
} as const satisfies Readonly<Record<RunConfig["sampler"]["kind"], number>>;

/** Uniform sampling with a filter of groups. */
const FILTERS = {
  none: SAMPLERS.random,
  accuracyBand: 12,
  screening: 13,
  custom: 18,
} as const satisfies Readonly<Record<RunConfig["filter"]["kind"], number>>;

/** VAS by λ; its variants that most reports show beside these. */
const MIXTURES: ReadonlyMap<number, number> = new Map([[0, 8], [0.2, 15], [0.5, 1], [0.8, 14], [
  1,
  2,
]]);
const VAS_RESCALED = 10, VAS_FROM_TRAINING = 9;

/** The slot that arms of this kind have in any report. */
function houseSlot({ sampler, filter }: RunConfig): number {
  if (sampler.kind === "random") return FILTERS[filter.kind];
  if (sampler.kind !== "vas") return SAMPLERS[sampler.kind];
  if (sampler.normalization === "minMax") return VAS_RESCALED;
  if (sampler.scoresFrom === "training") return VAS_FROM_TRAINING;
  return MIXTURES.get(sampler.mixtureRatio) ?? SAMPLERS.vas;
}

/** Where the search for a free slot begins, from the settings alone. */
const hashOf = (config: RunConfig) => Number.parseInt(fingerprint(config).slice(0, 6), 16);

/**
 * Styles of the arms of a report. The first arm of a kind (sampler, filter, λ) has that kind's place; further ones,
 * as in ablations, take a free place that their settings decide, in the colours used least. No two arms look alike
 * while there are places: 32.
 */
export function stylesOf(
  arms: readonly { readonly name: string; readonly config: RunConfig }[],
): readonly ArmStyle[] {
  const slots = new Map<number, number>(); // arm → slot
  const taken = new Set<number>();
  const take = (arm: number, slot: number) => {
    slots.set(arm, slot);
    taken.add(slot);
  };
  arms.forEach(({ config }, i) => {
    const slot = houseSlot(config);
    if (!taken.has(slot)) take(i, slot);
  });
  arms.forEach(({ config }, i) => {
    if (!slots.has(i)) take(i, freeSlot(hashOf(config), taken));
  });
  return arms.map(({ name }, i) => styleAt(slots.get(i)!, name));
}

/** Of the colours used least, the first from `hash` on; of its dashes, the first that is free. */
function freeSlot(hash: number, taken: ReadonlySet<number>): number {
  const used = new Array<number>(COLOURS).fill(0);
  for (const slot of taken) used[slot % COLOURS]!++;
  const least = Math.min(...used);
  for (let i = 0; i < COLOURS; i++) {
    const colour = (hash + i) % COLOURS;
    if (used[colour] !== least) continue;
    for (let slot = colour; slot < STYLES; slot += COLOURS) if (!taken.has(slot)) return slot;
  }
  return hash % STYLES; // more arms than styles
}
