/** A reward of the user's own: the default export of a TypeScript module. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "../../deps.ts";
import { ConfigError } from "../core/errors.ts";
import type { RewardFunction } from "./reward_function.ts";

/** A reward of the user's own. */
export interface CustomRewardConfig {
  readonly weight: number;
  /** Path of a module, from the working folder; its default export is a {@link RewardFunction}. */
  readonly module: string;
  /**
   * SHA-256 of the module's file, 64 hexadecimal digits; null until planning fills it in. What the module imports is
   * not part of it: keep such a reward in one file.
   */
  readonly digest: string | null;
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
  module: z.string().min(1),
  digest: z.string().refine((text) => /^[0-9a-f]{64}$/.test(text), {
    message: "expected 64 hexadecimal digits",
  }).nullable(),
}) satisfies z.ZodType<CustomRewardConfig>;

/**
 * The settings with the digest of the file as it is now.
 *
 * Errors: a {@link ConfigError} when the file cannot be read, or was pinned before and has changed.
 */
export function pinCustomReward(config: CustomRewardConfig): CustomRewardConfig {
  const digest = digestOf(config.module);
  if (config.digest !== null && config.digest !== digest) throw changed(config, digest);
  return { ...config, digest };
}

/**
 * Loads the module, with its weight applied.
 *
 * Errors: a {@link ConfigError} when the file is missing, not the one that was pinned, no module, or has no function
 * as its default export; from the function, one for a value that is no finite number.
 */
export async function loadCustomReward(config: CustomRewardConfig): Promise<RewardFunction> {
  const { weight, module } = config, digest = digestOf(module);
  if (config.digest === null) {
    throw new ConfigError(
      "reward.custom.digest",
      "expected the digest that planning fills in, got null",
    );
  }
  if (config.digest !== digest) throw changed(config, digest);
  const reward = await defaultExport(module, digest);
  if (typeof reward !== "function") {
    throw new ConfigError(
      FIELD,
      `expected ${module} to have a function as its default export, got ${typeof reward}`,
    );
  }
  return (input) => {
    const value: unknown = reward(input);
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

const FIELD = "reward.custom.module";

function digestOf(module: string): string {
  try {
    return createHash("sha256").update(Deno.readFileSync(module)).digest("hex");
  } catch (error) {
    throw new ConfigError(FIELD, `expected a file to read, got ${(error as Error).message}`);
  }
}

function changed({ module, digest }: CustomRewardConfig, now: string): ConfigError {
  return new ConfigError(
    FIELD,
    `expected ${module} to be the file that was planned with (SHA-256 ${digest}), got ${now}`,
  );
}

/** The digest in the name keeps two versions of a file apart within one process. */
async function defaultExport(module: string, digest: string): Promise<unknown> {
  const url = `${pathToFileURL(resolve(module)).href}#${digest}`;
  try {
    return (await import(url)).default;
  } catch (error) {
    throw new ConfigError(FIELD, `expected a module, got a fault: ${(error as Error).message}`);
  }
}
