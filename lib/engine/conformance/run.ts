/** Runs the conformance suite on one engine and device. */
import type { Compute } from "../../backend/target.ts";
import { openRuntime } from "../../backend/open_runtime.ts";
import { CONFORMANCE_CASES } from "./cases.ts";
import type { Measurement } from "./measure.ts";

/** What a line with a result begins with, among what native code may print. */
export const RESULT = "result ";

/** How one case went. */
export interface ConformanceResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen. */
  readonly detail: string;
  readonly seconds: number;
}

/** What the losses and gradients are compared with: ONNX Runtime's on one processor thread. */
export async function readReference(): Promise<Measurement> {
  return JSON.parse(await Deno.readTextFile(new URL("./reference.json", import.meta.url)));
}

/**
 * All cases, one after the other; one that fails keeps none from being tried.
 *
 * @param updates of the case that watches memory
 */
export async function* runConformance(
  compute: Compute,
  updates: number,
): AsyncGenerator<ConformanceResult> {
  const context = {
    compute,
    runtime: await openRuntime(compute),
    reference: await readReference(),
    updates,
  };
  for (const { name, check } of CONFORMANCE_CASES) {
    const begin = performance.now();
    const outcome = await check(context).then(
      (detail) => ({ ok: true, detail }),
      (error: unknown) => ({
        ok: false,
        detail: error instanceof Error ? error.message : `${error}`,
      }),
    );
    yield { name, ...outcome, seconds: (performance.now() - begin) / 1000 };
  }
}
