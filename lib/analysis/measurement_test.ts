import { deepEqual } from "node:assert/strict";
import { files } from "../dataset/files/files.ts";
import { microMath } from "../dataset/micro_math.ts";
import { mixture } from "../dataset/mixture.ts";
import { mmr1Rewards } from "../reward/presets.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import type { Patch } from "../schema/patch.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { measuredUnlike } from "./measurement.ts";

const base = recipe("mmr1_micro");
const unlike = (...patches: readonly Patch<RunConfig>[]) =>
  measuredUnlike(
    [base, ...patches.map((patch) => refine(base, patch))].map((config) => ({ config })),
  );

Deno.test("measuredUnlike() is empty where arms differ in what they are trained on and how", () => {
  const { prompts: _prompts, ...splits } = microMath({ prompts: 1 });
  const { validationPrompts, benchmarkPrompts, seed } = base.dataset as typeof splits;
  const held = { validationPrompts, benchmarkPrompts, seed };
  deepEqual(
    unlike(
      { dataset: { trainOn: "text" } },
      { dataset: { prompts: 10 } },
      {
        dataset: mixture({
          sources: {
            a: microMath({ ...held, trainOn: "text" }),
            b: microMath({ ...held, trainOn: "image" }),
          },
        }),
      },
      { training: { steps: 3 }, algorithm: { kl: null } },
    ),
    [],
  );
});

Deno.test("measuredUnlike() names verifier, held-out prompts and temperature", () => {
  deepEqual(unlike({ reward: mmr1Rewards() }), ["the verifier"]);
  deepEqual(unlike({ dataset: microMath({ seed: 9 }) }), ["the held-out prompts"]);
  deepEqual(unlike({ dataset: files({ train: "a.jsonl", validation: "b.jsonl" }) }), [
    "the held-out prompts",
  ]);
  deepEqual(unlike({ evaluation: { temperature: 1 } }), ["the sampling temperature"]);
});
