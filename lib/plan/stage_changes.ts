/** Changes to settings that reach the stages before them. */
import { isDeepStrictEqual } from "node:util";
import { pinFilter } from "../algorithm/group_filter.ts";
import { ConfigError } from "../core/errors.ts";
import { heldOutOf, pinDataset } from "../dataset/dataset.ts";
import { pinReward } from "../reward/reward_config.ts";
import { sharedByStages } from "../schema/cross_faults.ts";
import type { Patch } from "../schema/patch.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { applyCase, type Case } from "./case.ts";

/** Changes a stage and those before it; settings that share a stage go on sharing it. */
function createStageChange(
  change: (stage: RunConfig) => RunConfig,
): (config: RunConfig) => RunConfig {
  const known = new Map<RunConfig, RunConfig>();
  const changed = (config: RunConfig): RunConfig => {
    let made = known.get(config);
    if (made === undefined) {
      const previous = config.previous === null ? null : changed(config.previous);
      const own = change(config);
      made = previous === own.previous ? own : { ...own, previous };
      known.set(config, made);
    }
    return made;
  };
  return changed;
}

/**
 * Puts the seed of the run into the cold start, at every depth.
 *
 * Errors, of the returned function: a {@link ConfigError} for a pretrained model, which has no cold start.
 */
export function createStageSeeds(): (config: RunConfig, seed: number) => RunConfig {
  const changes = new Map<number, (config: RunConfig) => RunConfig>();
  return (config, seed) => {
    let change = changes.get(seed);
    if (change === undefined) {
      change = createStageChange((stage) => {
        if (stage.coldStart === null) {
          throw new ConfigError(
            "seedsReach",
            'expected "run" for a pretrained model, which has no cold start, got "coldStart"',
          );
        }
        return refine(stage, { coldStart: { seed } });
      });
      changes.set(seed, change);
    }
    return change(config);
  };
}

/**
 * Notes the content of the files that settings name, at every depth: it is part of what a run's result is. Not for
 * a pretrained model, whose files are where it is trained.
 *
 * Errors, of the returned function: a {@link ConfigError} for a file that cannot be read.
 */
export function createPins(): (config: RunConfig) => RunConfig {
  const pinnedDataset = remembered(pinDataset), pinnedReward = remembered(pinReward);
  const pinnedFilter = remembered(pinFilter);
  return createStageChange((stage) => {
    if (stage.model.kind === "pretrained") return stage;
    const dataset = pinnedDataset(stage.dataset), reward = pinnedReward(stage.reward);
    const filter = pinnedFilter(stage.filter);
    return dataset === stage.dataset && reward === stage.reward && filter === stage.filter
      ? stage
      : { ...stage, dataset, reward, filter };
  });
}

/** Files are read once for each section that names them. */
function remembered<T extends object>(pin: (section: T) => T): (section: T) => T {
  const known = new Map<T, T>();
  return (section) => {
    let pinned = known.get(section);
    if (pinned === undefined) known.set(section, pinned = pin(section));
    return pinned;
  };
}

/**
 * A case on a changed base, its stages changed with it in what all stages share: model, cold start, token limit and
 * held-out prompts. A stage that did not agree with the run before is left as it is, for the check to find.
 *
 * @param before the settings of the case before the change
 *
 * Errors: those of `refine`.
 */
export function withStages(one: Case, base: RunConfig, before: RunConfig): Case {
  if (before.previous === null) return one;
  const now = applyCase(base, one);
  const old = sharedByStages(before), changed = sharedByStages(now);
  const names = Object.keys(old).filter((name) => !isDeepStrictEqual(old[name], changed[name]));
  if (names.length === 0) return one;
  const patchOf = (stage: RunConfig | null): Patch<RunConfig> | null => {
    if (stage === null) return null;
    const own = sharedByStages(stage);
    const follows = (name: string) =>
      names.includes(name) && isDeepStrictEqual(own[name], old[name]);
    const { kind: _kind, ...heldOut } = heldOutOf(now.dataset);
    const previous = patchOf(stage.previous);
    return {
      ...(follows("model") && { model: now.model }),
      ...(follows("coldStart") && { coldStart: now.coldStart }),
      ...(follows("decoding.maxTokens") && { decoding: { maxTokens: now.decoding.maxTokens } }),
      ...(follows("dataset") && stage.dataset.kind === "microMath" && { dataset: heldOut }),
      ...(previous !== null && { previous }),
    };
  };
  const patch = patchOf(now.previous);
  return patch === null ? one : { ...one, patches: [...one.patches, { previous: patch }] };
}
