/** The ways in which PyTorch does the work. */
import type { Measurement, Part, Precision } from "./measurement.ts";

/** One way to do the work on an opened device. */
export interface Variant {
  readonly side: Measurement["side"];
  readonly name: string;
  readonly precision: Precision;
  readonly settings: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** False where the weights are others. */
  readonly isComparable: boolean;
}

/**
 * Eagerly: optimiser steps with the prompt read by every sequence or once for its group, all sequences at once or a
 * quarter of them.
 */
export function eagerVariants(part: Part, precision: Precision, rollouts: number): Variant[] {
  const common = { side: "PyTorch", precision, isComparable: true } as const;
  if (part === "rollout") {
    return [{
      ...common,
      name: "PyTorch eager",
      settings: "all sequences at once, cache of keys and values",
      request: { kind: "eager" },
    }];
  }
  return [false, true].flatMap((shared) =>
    [rollouts, rollouts / 4].map((rows) => ({
      ...common,
      name: `PyTorch eager${shared ? ", prompts shared" : ""}`,
      settings: `${rows} sequences per micro-batch`,
      request: { how: "eager", shared, rows },
    }))
  );
}

/** How PyTorch compiles, as `device.py` calls it, and in words. */
const COMPILED = { compiled: "compiled", graphs: "compiled, CUDA graphs" } as const;

/** An eager variant compiled; as CUDA graphs too where matrices are in TF32, as ours are on GPUs that have graphs. */
export function compiledVariants(eager: Variant): Variant[] {
  const { name, precision, request } = eager;
  const hows = precision === "TF32" ? ["compiled", "graphs"] as const : ["compiled"] as const;
  return hows.map((how) => ({
    ...eager,
    name: name.replace("eager", COMPILED[how]),
    request: "kind" in request ? { ...request, kind: how } : { ...request, how },
  }));
}

/** What Transformers calls `generate`. */
export function transformersVariant(precision: Precision): Variant {
  return {
    side: "PyTorch",
    name: "Transformers generate",
    precision,
    settings: "another model of the same size",
    request: { kind: "transformers" },
    isComparable: false,
  };
}
