/** Whether the arms' accuracies are the same quantity: differences of others say nothing. */
import { canonicalJson, type Json } from "../core/fingerprint.ts";
import { type DatasetConfig, heldOutOf } from "../dataset/dataset.ts";
import type { RunConfig } from "../schema/run_config.ts";
import type { ArmResults } from "./results.ts";

/** What of a data set is held out; the pool is not among it. */
function heldOut(dataset: DatasetConfig): Json {
  switch (dataset.kind) {
    case "microMath":
      return { ...heldOutOf(dataset) };
    case "files":
      return { validation: dataset.validation.digest ?? dataset.validation.path };
    case "mixture": {
      // What several sources hold out is held out once.
      const sources = Object.values(dataset.sources).map(heldOut);
      const different = [...new Map(sources.map((one) => [canonicalJson(one), one])).values()];
      return different.length === 1 ? different[0]! : different;
    }
    default:
      return dataset satisfies never;
  }
}

/** What decides how accuracy is measured, in words → value. */
function measurement({ dataset, evaluation, reward }: RunConfig): Readonly<Record<string, Json>> {
  return {
    "the verifier": reward.accuracy.verifier,
    "the held-out prompts": heldOut(dataset),
    "the sampling temperature": evaluation.temperature,
  };
}

/** In what the arms' measurement of accuracy differs, in words; empty where it is one and the same. */
export function measuredUnlike(arms: readonly Pick<ArmResults, "config">[]): readonly string[] {
  const all = arms.map(({ config }) => measurement(config));
  return Object.keys(all[0] ?? {}).filter((what) =>
    new Set(all.map((one) => canonicalJson(one[what]!))).size > 1
  );
}
