/** Drawing prompts of one part of the data from families and levels. */
import { ConfigError } from "../core/errors.ts";
import { type RandomSource, randomSource } from "../core/random.ts";
import type { Family, Level } from "./family.ts";
import { contentHash, type Partition, partitionOf } from "./partition.ts";
import type { Image } from "./picture.ts";
import type { Prompt } from "./prompt.ts";

/** A family at one level. */
export interface Cell {
  readonly family: Family;
  readonly level: Level;
}

/** Which problems count: all, those without a picture, or those with one. */
export type Modality = "all" | "text" | "image";

const isOf = (modality: Modality, image: Image | null) =>
  modality === "all" || (modality === "text") === (image === null);

/** Grey levels that pixel noise may add or take away at most. */
const PIXEL_NOISE = 0.02;
/** Draws without a new prompt after which a cell counts as used up. */
const PATIENCE = 3000;

/** The picture with its noise, which depends on the content alone: equal content is equal to the last pixel. */
function noisy(image: Float32Array, id: string): Float32Array {
  const noise = randomSource(0, "pixels", id).uniforms(image.length);
  return image.map((grey, i) => {
    const level = grey + PIXEL_NOISE * (2 * noise[i]! - 1);
    return level < 0 ? 0 : level > 1 ? 1 : level;
  });
}

/**
 * A prompt of the cell whose content belongs to the partition and is not among `taken`; null when none came in
 * {@link PATIENCE} draws.
 */
export function drawPrompt(
  { family, level }: Cell,
  partition: Partition,
  random: RandomSource,
  taken?: ReadonlySet<string>,
  modality: Modality = "all",
): Prompt | null {
  if (modality === "text" && family.illustrated) return null;
  for (let draw = 0; draw < PATIENCE; draw++) {
    const problem = family.generate(level, random);
    if (!isOf(modality, problem.image)) continue;
    const hash = contentHash(problem.question, problem.image);
    if (partitionOf(hash) !== partition) continue;
    const id = hash.toString(36);
    if (taken?.has(id)) continue;
    const { question, image, reasoning, answer, guesses } = problem;
    return {
      id,
      source: "microMath",
      family: family.name,
      level,
      question,
      image: image === null ? null : noisy(image, id),
      answer,
      choices: null,
      solvable: true,
      reasoning,
      solution: answer,
      guesses,
    };
  }
  return null;
}

/**
 * `count` different prompts in random order, as even over the cells as their variety allows: what a used-up cell
 * cannot give, the others do.
 *
 * Errors: a ConfigError about `field` when all cells together have fewer than `count`.
 *
 * @param taken ids that are not to be drawn; the drawn ones are added
 */
export function drawPrompts(
  cells: readonly Cell[],
  partition: Partition,
  count: number,
  random: RandomSource,
  field: string,
  { taken = new Set(), modality = "all" }: { taken?: Set<string>; modality?: Modality } = {},
): Prompt[] {
  let open = random.at("order").shuffled(cells).map((cell) => ({
    cell,
    stream: random.at(cell.family.name, cell.level),
  }));
  const prompts: Prompt[] = [];
  while (prompts.length < count) {
    if (open.length === 0) {
      throw new ConfigError(field, `expected at most ${prompts.length}, got ${count}`);
    }
    const usedUp = new Set<Cell>();
    for (const { cell, stream } of open) {
      if (prompts.length === count) break;
      const prompt = drawPrompt(cell, partition, stream, taken, modality);
      if (prompt === null) {
        usedUp.add(cell);
        continue;
      }
      taken.add(prompt.id);
      prompts.push(prompt);
    }
    if (usedUp.size > 0) open = open.filter(({ cell }) => !usedUp.has(cell));
  }
  return random.at("shuffle").shuffled(prompts);
}
