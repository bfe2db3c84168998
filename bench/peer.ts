/** A running script of `bench/peers`. */
import { join } from "node:path";
import type { Clock } from "./comparison.ts";
import { Conversation } from "./conversation.ts";
import { FOLDER, python } from "./python.ts";

/** A script of `bench/peers`, running. */
export class Peer extends Conversation {
  /**
   * @param threads of PyTorch and of every BLAS below it
   * @param variables more of the environment
   * @param limitMs see {@link Conversation}
   */
  constructor(
    script: string,
    threads: number,
    clock: Clock,
    variables: Readonly<Record<string, string>> = {},
    limitMs: number | null = null,
  ) {
    super(script, python(), [join(FOLDER, script)], {
      OMP_NUM_THREADS: `${threads}`,
      MKL_NUM_THREADS: `${threads}`,
      HF_HUB_OFFLINE: "1",
      BENCH_CLOCK: clock,
      ...variables,
    }, limitMs);
  }
}
