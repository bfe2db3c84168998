/** Recipes: complete settings to start from, as commented YAML in `recipes/`. */
import { parseYaml } from "../../deps.ts";
import { ConfigError, didYouMean } from "../core/errors.ts";
import { checkRunConfig } from "./check.ts";
import type { Patch } from "./patch.ts";
import { refine } from "./refine.ts";
import type { RunConfig } from "./run_config.ts";

/** Found from here, so that it does not matter where a command is started. */
const RECIPES = new URL("../../recipes/", import.meta.url);

/** Names of the recipes in a folder, sorted. */
export function recipeNames(folder: URL = RECIPES): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -".yaml".length)).sort();
}

/**
 * The settings in `recipes/<name>.yaml`, refined by `patch`.
 *
 * Errors: a {@link ConfigError} that names the file, and the field where one is at fault; for a missing
 * recipe, the ones there are.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(recipe("mmr1_micro", { training: { steps: 10 } }).training.steps, 10);
 * ```
 */
export function recipe(
  name: string,
  patch: Patch<RunConfig> = {},
  folder: URL = RECIPES,
): RunConfig {
  const file = `recipes/${name}.yaml`;
  const names = recipeNames(folder);
  if (!names.includes(name)) {
    throw new ConfigError(
      file,
      `no such recipe${didYouMean(name, names)}; there are ${names.join(", ") || "none"}`,
    );
  }
  return refine(parseRecipe(Deno.readTextFileSync(new URL(`${name}.yaml`, folder)), file), patch);
}

/** Settings from the text of a recipe; `file` is what errors name. */
export function parseRecipe(text: string, file: string): RunConfig {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw new ConfigError(file, `expected YAML, got a fault: ${(error as Error).message}`);
  }
  return checkRunConfig(value, file);
}
