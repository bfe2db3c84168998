import { deepEqual, equal, throws } from "node:assert/strict";
import { ConfigError } from "../core/errors.ts";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { checkRunConfig } from "./check.ts";
import type { Patch } from "./patch.ts";
import { refine } from "./refine.ts";
import type { RunConfig } from "./run_config.ts";
import settings from "./testdata/settings.json" with { type: "json" };

const base = refine(checkRunConfig(settings), { sampler: vas({ mixtureRatio: 0.2 }) });

Deno.test("refine() replaces what has a kind and refines what has none", () => {
  deepEqual(refine(base, { sampler: random() }).sampler, { kind: "random" });
  deepEqual(
    refine(base, { sampler: { weights: { ovs: 1 } } }).sampler,
    vas({ mixtureRatio: 0.2, weights: { ovs: 1, tds: 0.2 } }),
  );
  deepEqual(refine(base, { coldStart: { shortcutRates: [0.5] } }).coldStart!.shortcutRates, [0.5]);
  equal(refine(base, { algorithm: { kl: null } }).algorithm.kl, null);
  equal(refine(base, { algorithm: { kl: { coefficient: 0.5 } } }).algorithm.kl?.coefficient, 0.5);
  const staged = refine(base, { previous: base, training: { steps: 5 } });
  equal(staged.previous, base);
  const longer = refine(staged, { previous: { training: { steps: 6 } } });
  deepEqual([longer.training.steps, longer.previous?.training.steps], [5, 6]);
  equal(refine(staged, { previous: null }).previous, null);
  deepEqual(refine(base, {}), base);
});

Deno.test("refine() leaves its argument as it was and shares what it does not change", () => {
  const before = structuredClone(base);
  const refined = refine(base, { training: { steps: 5 } });
  deepEqual(base, before);
  equal(refined.training.steps, 5);
  equal(refined.sampler, base.sampler);
});

Deno.test("refine() refuses a field that the chosen kind lacks", () => {
  throws(() => refine(refine(base, { sampler: random() }), { sampler: { mixtureRatio: 1 } }), {
    name: "ConfigError",
    message: "sampler.mixtureRatio: random has no such field; it has none",
  });
});

Deno.test("refine() refuses unknown fields and misplaced objects, also from untyped data", () => {
  const untyped = (text: string) => JSON.parse(text) as Patch<RunConfig>;
  throws(() => refine(base, untyped('{"sampler":{"mixtureRatoi":1}}')), {
    message: /^sampler.mixtureRatoi: vas has no such field; did you mean "mixtureRatio"\?/,
  });
  throws(() => refine(base, untyped('{"training":{"steps":{"first":1}}}')), {
    message: 'training.steps: expected a value to put in place of 70, got fields: {"first":1}',
  });
  throws(() => refine(base, untyped('{"__proto__":{"polluted":1}}')), ConfigError);
  throws(() => refine(base, untyped('{"sampler":{"constructor":{}}}')), ConfigError);
});
