/** Changes to settings that reach the stages before them. */
import { ConfigError } from "../core/errors.ts";
import { pinDataset } from "../dataset/dataset.ts";
import { pinReward } from "../reward/reward_config.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";

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
  return createStageChange((stage) => {
    if (stage.model.kind === "pretrained") return stage;
    const dataset = pinnedDataset(stage.dataset), reward = pinnedReward(stage.reward);
    return dataset === stage.dataset && reward === stage.reward
      ? stage
      : { ...stage, dataset, reward };
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
