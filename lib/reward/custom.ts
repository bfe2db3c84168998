/** A reward of the user's own: the default export of a TypeScript module. */
import { z } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import { loadFunction, pinModule, type UserModule, userModuleFields } from "../core/user_module.ts";
import type { RewardFunction } from "./reward_function.ts";

/** A reward of the user's own: the module's default export is a {@link RewardFunction}. */
export interface CustomRewardConfig extends UserModule {
  readonly weight: number;
}

/** A reward of the user's own, its file still to be pinned. */
export function customReward(
  module: string,
  { weight = 1 }: { readonly weight?: number } = {},
): CustomRewardConfig {
  return { weight, module, digest: null };
}

export const customRewardSchema = z.strictObject({
  weight: z.number(),
  ...userModuleFields,
}) satisfies z.ZodType<CustomRewardConfig>;

const FIELD = "reward.custom.module";

/** The settings with the digest of the file as it is now. Errors: as `pinModule`. */
export function pinCustomReward(config: CustomRewardConfig): CustomRewardConfig {
  return pinModule(FIELD, config);
}

/**
 * Loads the module, with its weight applied.
 *
 * Errors: as `loadFunction`; from the function, a {@link ConfigError} for a value that is no finite number.
 */
export async function loadCustomReward(config: CustomRewardConfig): Promise<RewardFunction> {
  const { weight, module } = config, reward = await loadFunction(FIELD, config);
  return (input) => {
    const value = reward(input);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new ConfigError(
        FIELD,
        `expected ${module} to give a finite number, got ${String(value)} for ` +
          JSON.stringify(input.response.text.slice(0, 200)),
      );
    }
    return weight * value;
  };
}
