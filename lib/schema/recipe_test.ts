import { deepEqual, equal, match, throws } from "node:assert/strict";
import type { FilesConfig } from "../dataset/files/files.ts";
import { checkRunConfig } from "./check.ts";
import { parseRecipe, recipe, recipeNames } from "./recipe.ts";

const text = Deno.readTextFileSync(new URL("../../recipes/mmr1_micro.yaml", import.meta.url));

Deno.test("every recipe is complete and in range", () => {
  for (const name of recipeNames()) deepEqual(checkRunConfig(recipe(name)), recipe(name));
});

Deno.test("recipes of OpenRLHF's descendants have the steps and the warm-up that it computes", () => {
  const recipes: readonly [name: string, episodes: number, trainBatch: number][] = [
    ["mm_eureka", 10, 128],
    ["lmm_r1_fre_text", 2, 256],
    ["lmm_r1_fre_multi", 2, 256],
    ["lmm_r1_mgt_geo", 2, 256],
    ["lmm_r1_mgt_percereas", 2, 256],
    ["lmm_r1_direct_rl_geo", 2, 256],
  ];
  for (const [name, episodes, trainBatch] of recipes) {
    const { dataset, sampler, algorithm, optimizer, training } = recipe(name);
    equal(dataset.kind, "files");
    const prompts = (dataset as FilesConfig).limit!, { batchSize } = training;
    // Passes that drop the batch that is not full (openrlhf/trainer/ppo_trainer.py).
    equal(sampler.kind, "shuffle", name);
    equal(training.steps, episodes * Math.floor(prompts / batchSize), name);
    equal(batchSize * algorithm.groupSize / algorithm.miniBatches, trainBatch, name);
    // --lr_warmup_ratio 0.03 (openrlhf/trainer/ray/ppo_actor.py).
    const updates = episodes * Math.floor(prompts * algorithm.groupSize / trainBatch);
    equal(optimizer.warmupUpdates, Math.ceil(0.03 * updates), name);
  }
});

Deno.test("recipe() is found from wherever a command is started", () => {
  const folder = Deno.cwd();
  Deno.chdir(Deno.env.get("HOME") ?? "/");
  try {
    equal(recipe("mmr1_micro").model.kind, "transformer");
  } finally {
    Deno.chdir(folder);
  }
});

Deno.test("recipe() names the recipes there are when one is missing", () => {
  throws(() => recipe("mmr1_mikro"), {
    name: "ConfigError",
    message:
      /^recipes\/mmr1_mikro.yaml: no such recipe; did you mean "mmr1_micro"\?; there are .*mmr1_micro/,
  });
  throws(() => recipe("../deno"), /no such recipe/);
});

Deno.test("parseRecipe() names file and field", () => {
  equal(parseRecipe(text, "recipes/x.yaml").training.steps, recipe("mmr1_micro").training.steps);
  const faults: readonly [from: RegExp, to: string, message: RegExp][] = [
    [
      /mixedPhase: \S+/,
      "mixedPhase: 10",
      /^recipes\/x.yaml: coldStart.mixedPhase: expected a number in \[0, 1\], got 10$/,
    ],
    [
      /mixedPhase/,
      "mixedPhases",
      /^recipes\/x.yaml: coldStart.mixedPhases: .*did you mean "mixedPhase"\?/,
    ],
    [
      /(?<=kind: supervised\n {2}steps: )\d+/,
      "2,800",
      /^recipes\/x.yaml: coldStart.steps: expected a whole number of at least 1, got "2,800"$/,
    ],
    [
      /^filter:\n.*\n/m,
      "",
      /^recipes\/x.yaml: filter: expected one of the kinds "none", .*, got nothing$/,
    ],
    [
      /layers: 3/,
      "layers: 3\n  layers: 4",
      /^recipes\/x.yaml: expected YAML, got a fault: .*duplicate/i,
    ],
    [/^model:/m, "model: [", /^recipes\/x.yaml: expected YAML, got a fault: /],
  ];
  for (const [from, to, message] of faults) {
    match(text, from);
    throws(() => parseRecipe(text.replace(from, to), "recipes/x.yaml"), {
      name: "ConfigError",
      message,
    });
  }
  throws(() => parseRecipe("", "recipes/x.yaml"), /recipes\/x.yaml: settings: expected the fields/);
});
