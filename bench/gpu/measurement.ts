/** What is measured on a device, and how far results of the same work may be apart there. */
import type { BatchShape, Preset } from "../policy_work.ts";
import { EXACT_SAMPLE, type SampleTolerance } from "../rollout_work.ts";
import { EXACT_STEP, type StepTolerance } from "../train_work.ts";
import type { Target } from "../../lib/backend/target.ts";

/** The two kinds of work. */
export const PARTS = ["train", "rollout"] as const;
/** One of {@link PARTS}. */
export type Part = typeof PARTS[number];

/** Policies, smallest first. */
export const POLICIES = ["small", "medium", "large"] as const satisfies readonly Preset[];

/** How single-precision matrices are multiplied. */
export type Precision = "float32" | "TF32";

/** Where both sides compute: a processor, or a GPU, which PyTorch knows as `cuda`. */
export type BenchDevice = "cpu" | "cuda";

/** One variant of one side. */
export interface Measurement {
  readonly part: Part;
  readonly policy: Preset;
  /** Such as "0.82 M". */
  readonly size: string;
  readonly batch: BatchShape;
  readonly side: "ours" | "PyTorch";
  /** Such as "onnx cuda" or "PyTorch compiled, prompts shared". */
  readonly name: string;
  readonly precision: Precision;
  readonly settings: string;
  /** Median seconds of a step, or of a whole rollout; null where it failed. */
  readonly seconds: number | null;
  /** Response tokens trained on or sampled per second. */
  readonly tokensPerSecond: number | null;
  /** How much memory rose from before the side opened the device; null where nothing could tell. */
  readonly bytes: number | null;
  /** PyTorch's own account of its tensors (`max_memory_allocated`); null for others. */
  readonly allocatedBytes: number | null;
  /** How outputs were compared, or why it failed. */
  readonly note: string;
}

/** What ONNX Runtime and TensorFlow multiply in on GPUs that have TF32, where nobody says otherwise; WebGPU has none. */
export function precisionOf({ device }: Target): Precision {
  return device === "cuda" || device === "tensorrt" ? "TF32" : "float32";
}

/** How far apart results may be from PyTorch's, computed eagerly in single precision on the same device. */
export interface Tolerance {
  readonly step: StepTolerance;
  readonly sample: SampleTolerance;
}

/**
 * TF32 keeps 10 bits of the mantissa. With the factors of every product rounded so on a processor, a step of the small
 * and the medium policy changed by 3e-4 (loss), 3e-3 (norm) and 0.05 (change), and a rollout by 4e-3 (differing) and 3e-3
 * (log-probabilities): these are four to seven times as much. Our sums of probabilities are products as well.
 */
const TF32: Tolerance = {
  step: { loss: 2e-3, norm: 1e-2, change: 0.2 },
  sample: { differing: 2e-2, logProb: 1.5e-2 },
};
/** GPUs add in another order than processors. */
const ON_GPU: Tolerance = {
  step: { loss: 1e-4, norm: 1e-3, change: 0.05 },
  sample: { differing: 2e-3, logProb: 1e-3 },
};
const ON_PROCESSOR: Tolerance = { step: EXACT_STEP, sample: EXACT_SAMPLE };

/** The tolerances on a device. */
export function toleranceOf(device: BenchDevice, precision: Precision): Tolerance {
  if (device === "cpu") return ON_PROCESSOR;
  return precision === "TF32" ? TF32 : ON_GPU;
}

/** How much is computed at once: GPUs need more to be busy, and the large policy has less room. */
export function batchOf(device: BenchDevice, policy: Preset, isQuick: boolean): BatchShape {
  const groupSize = 8, tokens = 40;
  if (device === "cpu") return { prompts: isQuick ? 8 : 32, groupSize, tokens };
  return { prompts: isQuick ? 32 : policy === "large" ? 64 : 128, groupSize, tokens };
}
