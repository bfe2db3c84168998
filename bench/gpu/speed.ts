/** What there is to measure on, and all measurements. */
import { ConfigError } from "../../lib/core/errors.ts";
import { preparePython, PYTHON_VARIABLE } from "../python.ts";
import {
  availabilities,
  type Availability,
  offerSetup,
  type PyTorchFacts,
  pyTorchFacts,
} from "./facts.ts";
import { PartBench } from "./measure.ts";
import type { Measurement } from "./measurement.ts";
import type { MemoryMeter } from "./memory.ts";
import type { GpuOptions } from "./options.ts";

/** The two sides, as they are there. */
export interface Sides {
  readonly targets: readonly Availability[];
  /** Null where nothing is measured. */
  readonly pyTorch: PyTorchFacts | null;
}

/** A target of ours in words, such as "onnx cuda". */
export const nameOf = ({ target: { backend, device } }: Pick<Availability, "target">): string =>
  `${backend} ${device}`;

/**
 * Finds out what there is, and installs what is asked for.
 *
 * Errors: a {@link ConfigError} that says what is missing, where one of the sides has nothing to compute on.
 */
export async function findSides(options: GpuOptions): Promise<Sides> {
  const { device, ours, parts } = options;
  if (options.python !== null) Deno.env.set(PYTHON_VARIABLE, options.python);
  if (device === "cuda") await offerSetup(options.setup);
  const targets = await availabilities(ours);
  if (targets.every(({ reason }) => reason !== null)) {
    const reasons = targets.map((each) => `  ${nameOf(each)}: ${each.reason}`).join("\n");
    throw new ConfigError(
      "--device",
      `expected a GPU that one of ours works on, got none:\n${reasons}`,
    );
  }
  if (parts.length === 0) return { targets, pyTorch: null };
  await preparePython();
  return { targets, pyTorch: await pyTorchFacts(device) };
}

/** Every part of every policy, the smallest policy first. */
export async function* speedMeasurements(
  { device, parts, policies, isQuick }: GpuOptions,
  targets: readonly Availability[],
  { versions }: PyTorchFacts,
  meter: MemoryMeter,
): AsyncGenerator<Measurement> {
  const options = {
    device,
    isQuick,
    meter,
    targets: targets.filter(({ reason }) => reason === null).map(({ target }) => target),
    hasTransformers: versions.transformers !== null,
  };
  for (const policy of policies) {
    for (const part of parts) yield* new PartBench(part, policy, options).measurements();
  }
}
