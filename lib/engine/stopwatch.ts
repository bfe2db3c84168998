/** Wall-clock seconds by phase of a step. */
import type { StepSeconds } from "../schema/run_record.ts";

type Phase = Exclude<keyof StepSeconds, "total">;

/** Started when made; each lap ends a phase. */
export class Stopwatch {
  readonly #begin = performance.now();
  #last = this.#begin;
  readonly #laps: Record<Phase, number> = {
    draw: 0,
    rollout: 0,
    reward: 0,
    reference: 0,
    update: 0,
  };

  lap(phase: Phase): void {
    const now = performance.now();
    this.#laps[phase] += (now - this.#last) / 1000;
    this.#last = now;
  }

  seconds(): StepSeconds {
    return { ...this.#laps, total: (performance.now() - this.#begin) / 1000 };
  }
}
