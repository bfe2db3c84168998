/**
 * Samples responses by decoding each distinct prefix once.
 *
 * Rollouts of a group that have written the same tokens so far have the same keys and values and the same
 * distribution of the next token; they only draw from it with numbers of their own. A trained policy writes much
 * of its answers in the same words, so there are far fewer prefixes than rollouts, and none are left when all
 * responses have ended.
 */
import {
  decodingProgram,
  decodingWeights,
  decodingWeightsProgram,
  promptProgram,
} from "../policy/decoding.ts";
import { type PolicyShape, PREFIX_POSITIONS } from "../policy/parameters.ts";
import { EOS, VOCABULARY } from "../policy/tokenizer.ts";
import { hostScalar, type HostTensor, hostTensor, type Named } from "../tensor/program.ts";
import {
  floats,
  type ResidentTensor,
  type Session,
  type TensorRuntime,
} from "../tensor/runtime.ts";
import { CacheSlots } from "./cache_slots.ts";
import { once } from "./once.ts";
import { promptTensors } from "./prompt_tensors.ts";
import type { Sampling } from "./sampling.ts";

/** Most slots at a time. Fewer prefixes than rollouts are decoded, and these many fill the matrix products. */
const SLOTS = 512;
/** Bytes that slots may take. */
const BYTES = 2 ** 28;
/** By then it has shown whether a group's rollouts have much in common. */
const TRIAL_TOKENS = 2;

/** Tokens that some rollouts have in common. */
interface Prefix {
  readonly last: number;
  /** Rows of the rollouts. */
  readonly rollouts: readonly number[];
}

/** Compiled programs of one policy, and the caches between their runs. */
export class PrefixDecoder {
  readonly #runtime: TensorRuntime;
  readonly #shape: PolicyShape;
  readonly #weights = new Map<string, Promise<Session>>();
  readonly #prompts = new Map<string, Promise<Session>>();
  readonly #decoding = new Map<string, Promise<Session>>();
  #slots: { readonly count: number; readonly caches: CacheSlots } | null = null;

  constructor(runtime: TensorRuntime, shape: PolicyShape) {
    this.#runtime = runtime;
    this.#shape = shape;
  }

  /**
   * Samples responses until a wave of prompts shows that their rollouts have little in common, for which decoding
   * them side by side is faster.
   *
   * @returns how many prompts, from the first, have their responses
   */
  async sample(parameters: ResidentTensor, sampling: Sampling): Promise<number> {
    const { prompts, groupSize } = sampling;
    const room = Math.min(SLOTS, Math.floor(BYTES / CacheSlots.bytesPerSlot(this.#shape)));
    const perWave = Math.min(prompts.length, Math.max(1, Math.floor(room / groupSize)));
    const slots = paddedRows(perWave * groupSize);
    if (this.#slots === null || this.#slots.count < slots) {
      this.#slots = { count: slots, caches: new CacheSlots(this.#shape, slots) };
    }
    const names = Object.keys(decodingWeights(this.#shape));
    const cutter = await once(
      this.#weights,
      "",
      () => this.#runtime.compile(decodingWeightsProgram(this.#shape), names),
    );
    const { resident: weights } = await cutter.run({ parameters });
    try {
      let first = 0;
      while (first < prompts.length) {
        const count = Math.min(perWave, prompts.length - first);
        const wave = { first, count, caches: this.#slots.caches };
        if (!await this.#sampleWave(parameters, weights, sampling, wave)) break;
        first += count;
      }
      return first;
    } finally {
      for (const weight of Object.values(weights)) this.#runtime.free(weight);
    }
  }

  /** Whether it went through. */
  async #sampleWave(
    parameters: ResidentTensor,
    weights: Named<ResidentTensor>,
    { prompts, groupSize, inverseTemperature, uniforms, tokens, logProbs }: Sampling,
    { first, count, caches }: { first: number; count: number; caches: CacheSlots },
  ): Promise<boolean> {
    const { responseTokens } = this.#shape, size = VOCABULARY.length;
    const asked = prompts.slice(first, first + count);
    const reader = await once(
      this.#prompts,
      `${count}`,
      () => this.#runtime.compile(promptProgram(this.#shape, count)),
    );
    caches.fillPrompts(await reader.run({ parameters, ...promptTensors(asked) }), count);
    const numbers = Array.from(
      { length: count * groupSize },
      (_, i) => uniforms(first + Math.floor(i / groupSize), i % groupSize),
    );
    let prefixes: Prefix[] = asked.map((_, prompt) => ({
      last: EOS,
      rollouts: Array.from({ length: groupSize }, (_, member) => prompt * groupSize + member),
    }));
    for (let t = 0; t < responseTokens && prefixes.length > 0; t++) {
      const rows = paddedRows(prefixes.length);
      const outputs = await (await this.#decodingSession(rows, caches.capacity)).run({
        ...weights,
        ...caches.feeds(rows),
        ...stepFeeds(prefixes, rows, t),
        inverseTemperature: hostScalar(inverseTemperature),
      });
      const all = floats(outputs, "logProbs"), cumulative = floats(outputs, "cumulative");
      caches.append(floats(outputs, "extension"), rows, prefixes.length);
      const children = prefixes.map(({ rollouts }, row) => {
        const byToken = new Map<number, number[]>();
        for (const rollout of rollouts) {
          const token = inverseCdf(cumulative, row * size, size, numbers[rollout]![t]!);
          const at = (first * groupSize + rollout) * responseTokens + t;
          tokens[at] = token;
          logProbs[at] = all[row * size + token]!;
          if (token === EOS) continue;
          const same = byToken.get(token);
          if (same === undefined) byToken.set(token, [rollout]);
          else same.push(rollout);
        }
        return Array.from(byToken, ([last, rollouts]) => ({ last, rollouts }));
      });
      if (t < TRIAL_TOKENS && groupSize > 1 && areMostlyAlone(children.flat())) return false;
      prefixes = placeChildren(children, (from, to) => caches.copy(from, to));
    }
    return true;
  }

  #decodingSession(prefixes: number, capacity: number): Promise<Session> {
    return once(
      this.#decoding,
      `${prefixes}x${capacity}`,
      () => this.#runtime.compile(decodingProgram(this.#shape, { prefixes, capacity })),
    );
  }

  /** Frees the compiled programs. */
  async release(): Promise<void> {
    for (const sessions of [this.#weights, this.#prompts, this.#decoding]) {
      for (const session of sessions.values()) await (await session).release();
    }
  }
}

/** The last tokens of prefixes at response position `t`, as inputs of `decodingProgram`. */
function stepFeeds(prefixes: readonly Prefix[], rows: number, t: number): Named<HostTensor> {
  const ids = new Int32Array(rows).fill(EOS);
  prefixes.forEach(({ last }, row) => ids[row] = last);
  return {
    ids: hostTensor(ids, [rows]),
    position: hostTensor(Int32Array.of(PREFIX_POSITIONS + t), [1]),
  };
}

/** Whether a prefix has fewer than two rollouts on average. */
function areMostlyAlone(prefixes: readonly Prefix[]): boolean {
  return prefixes.reduce((sum, { rollouts }) => sum + rollouts.length, 0) < 2 * prefixes.length;
}

/** The first token whose cumulative probability exceeds `uniform`. */
function inverseCdf(cumulative: Float32Array, at: number, size: number, uniform: number): number {
  const bound = Math.fround(uniform);
  let low = 0, high = size - 1; // rounding can leave the last value below the uniform number
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[at + middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of the program for so many prefixes: programs have a fixed size, and there shall be few. */
export function paddedRows(prefixes: number): number {
  const step = Math.max(8, 2 ** Math.floor(Math.log2(prefixes)) / 4);
  return Math.ceil(prefixes / step) * step;
}

/**
 * Puts children into slots without gaps: a first child stays where its parent is, others take slots that became
 * free or new ones, and the last move into what is free then.
 *
 * @param children of the prefix in each slot
 * @param copy makes one slot the same as another
 * @returns the prefix in each slot
 */
export function placeChildren<P>(
  children: readonly (readonly P[])[],
  copy: (from: number, to: number) => void,
): P[] {
  const slots: (P | undefined)[] = children.map(([child]) => child);
  const free = slots.flatMap((child, slot) => child === undefined ? [slot] : []);
  children.forEach((siblings, slot) =>
    siblings.slice(1).forEach((child) => {
      const to = free.shift() ?? slots.length;
      copy(slot, to);
      slots[to] = child;
    })
  );
  for (const to of free) {
    while (slots.length > 0 && slots.at(-1) === undefined) slots.pop();
    if (to >= slots.length) break;
    copy(slots.length - 1, to);
    slots[to] = slots.pop();
  }
  return slots.filter((child) => child !== undefined);
}
