/** Measures rollout throughput in a thread of its own. */
/// <reference lib="deno.worker" />
import { type RolloutBench, rolloutBench } from "./bench_rollout.ts";

self.onmessage = async ({ data }: MessageEvent<RolloutBench>) => {
  self.postMessage(await rolloutBench(data));
};
