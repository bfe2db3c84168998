import { deepEqual, equal } from "node:assert/strict";
import { algorithmSchema, grpo } from "./algorithm.ts";
import * as presets from "./presets.ts";

Deno.test("presets are complete settings, each different from GRPO's and from one another's", () => {
  const all = Object.values(presets).map((preset) => preset());
  equal(all.length, 12);
  for (const config of all) deepEqual(algorithmSchema.parse(config), config);
  equal(new Set([grpo(), ...all].map((config) => JSON.stringify(config))).size, 13);
});

Deno.test("presets take changes, and leave the rest as published", () => {
  for (const preset of Object.values(presets)) {
    deepEqual(preset({ groupSize: 16 }), { ...preset(), groupSize: 16 });
  }
  deepEqual(presets.dapo({ kl: grpo().kl }).kl, grpo().kl);
});

Deno.test("presets without KL evaluate no reference", () => {
  const withoutKl = Object.entries(presets).filter(([, preset]) => preset().kl === null);
  deepEqual(withoutKl.map(([name]) => name).toSorted(), [
    "cispo",
    "dapo",
    "drGrpo",
    "gdpo",
    "gspo",
    "opo",
    "sapo",
  ]);
});
