import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, fingerprint } from "../core/fingerprint.ts";
import { pretrained } from "../policy/pretrained.ts";
import { vas } from "../sampler/vas.ts";
import { checkRunConfig } from "./check.ts";
import { coldStartId, coldStartIdentity, createRunIds, runId, stagesOf } from "./identity.ts";
import { recipe } from "./recipe.ts";
import { refine } from "./refine.ts";
import { type RunConfig, SCHEMA_VERSION } from "./run_config.ts";
import settingsJson from "./testdata/settings.json" with { type: "json" };

const settings = checkRunConfig(settingsJson);
const base = recipe("mmr1_micro", { sampler: vas() });

/** The same data with every object's keys in another order. */
function reversed<T>(value: T): T {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries) as T;
}

const configs = fc.record({
  mixtureRatio: fc.constantFrom(0, 0.5, 1),
  refreshInterval: fc.integer({ min: 1, max: 3 }),
  steps: fc.integer({ min: 0, max: 3 }),
  shortcutRates: fc.array(fc.constantFrom(0, 0.5), { minLength: 1, maxLength: 2 }),
}).map(({ mixtureRatio, refreshInterval, steps, shortcutRates }): RunConfig =>
  refine(base, {
    sampler: { mixtureRatio, refreshInterval },
    training: { steps },
    coldStart: { shortcutRates },
  })
);

Deno.test("runId() is equal exactly where settings and seed are", () => {
  fc.assert(
    fc.property(configs, configs, fc.nat(2), fc.nat(2), (a, b, seedA, seedB) => {
      const isSame = seedA === seedB && canonicalJson(a) === canonicalJson(b);
      equal(runId(a, seedA) === runId(reversed(b), seedB), isSame);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("runId() is the fingerprint of schema, config and seed, one at a time and in bulk", () => {
  const idOf = createRunIds();
  fc.assert(
    fc.property(configs, fc.nat(5), (config, seed) => {
      const id = fingerprint({ schema: SCHEMA_VERSION, config, seed });
      match(id, /^[0-9a-f]{16}$/);
      equal(runId(config, seed), id);
      equal(idOf(config, seed), id);
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("ids stay what they are from release to release, or finished runs would be lost", () => {
  equal(runId(settings, 7), "e8a2ac15e678cf4c");
  equal(coldStartId(settings), "7ff1ce5631fdedee");
});

Deno.test("runId() sees through arithmetic that binary numbers cannot hold", () => {
  const computed = refine(base, { sampler: { weights: { ovs: 0.8, tds: 1 - 0.8 } } });
  equal(runId(computed, 0), runId(refine(base, { sampler: { weights: { tds: 0.2 } } }), 0));
  throws(() => runId(refine(base, { training: { steps: NaN } }), 0), TypeError);
});

Deno.test("a stage's id covers the stages before it, and its cold start is the first one's", () => {
  const first = refine(base, { dataset: { trainOn: "text" }, evaluation: { temperature: 1 } });
  const second = refine(base, { previous: first });
  const third = refine(base, { previous: second });
  const configs = [base, first, second, third];
  equal(new Set(configs.map((config) => runId(config, 0))).size, 4);
  notEqual(
    runId(second, 0),
    runId(refine(second, { previous: { training: { steps: 1 } } }), 0),
  );
  equal(runId(second, 0), runId(refine(base, { previous: structuredClone(first) }), 0));
  deepEqual(stagesOf(third), [first, second, third]);
  deepEqual(stagesOf(base), [base]);
  equal(coldStartId(third), coldStartId(first));
  notEqual(coldStartId(third), coldStartId(base));
});

Deno.test("a pretrained model has no cold start", () => {
  const config = refine(base, { model: pretrained("some/model"), coldStart: null });
  throws(() => coldStartId(config), { name: "ConfigError", field: "coldStart" });
});

Deno.test("coldStartId() depends on what decides a cold start and on nothing else", () => {
  const id = coldStartId(base);
  const same = [
    refine(base, { dataset: { prompts: 5, unsolvable: 0.7, trainOn: "text" } }),
    refine(base, { sampler: { mixtureRatio: 1 } }),
    refine(base, { reward: { format: { weight: 0.5 } } }),
    refine(base, { algorithm: { groupSize: 16 } }),
    refine(base, { optimizer: { learningRate: 1e-4 } }),
    refine(base, { decoding: { temperature: 0.6 } }),
    refine(base, { training: { steps: 1 } }),
    refine(base, { evaluation: { interval: 1, scoringControl: false, galleryInterval: 1 } }),
  ];
  for (const config of same) equal(coldStartId(config), id);
  const different = [
    refine(base, { model: { layers: 2 } }),
    refine(base, { dataset: { validationPrompts: 100 } }),
    refine(base, { dataset: { benchmarkPrompts: 100 } }),
    refine(base, { dataset: { seed: 1 } }),
    refine(base, { coldStart: { seed: 1 } }),
    refine(base, { decoding: { maxTokens: 15 } }),
    refine(base, { evaluation: { temperature: 1 } }),
  ];
  for (const config of different) notEqual(coldStartId(config), id);
  deepEqual(Object.keys(coldStartIdentity(base).heldOut).sort(), [
    "benchmarkPrompts",
    "kind",
    "seed",
    "validationPrompts",
  ]);
});
