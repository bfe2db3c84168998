/** What must not compile. A test here fails in `deno check`: an unused `@ts-expect-error` is an error. */
import { equal, throws } from "node:assert/strict";
import { kl } from "../algorithm/kl.ts";
import { ConfigError } from "../core/errors.ts";
import { ablate, cases, grid, microMath, random, recipe, refine, vas } from "../mod.ts";
import { expand } from "./plan.ts";

const base = recipe("mmr1_micro", { sampler: vas() });

Deno.test("a misspelt field does not compile, whatever design it is in", () => {
  // @ts-expect-error: mixtureRatio
  grid({ sampler: { mixtureRatios: [0, 1] } });
  // @ts-expect-error: sampler
  grid({ samplers: { mixtureRatio: [0, 1] } });
  // @ts-expect-error: weights.ovs
  ablate({ sampler: { weights: { ovss: [0, 1] } } });
  // @ts-expect-error: weights.tds, inside a list
  ablate({ sampler: { weights: [{ ovs: 1, tdss: 0 }] } });
  // @ts-expect-error: groupSize
  cases({ "large": { algorithm: { groupsize: 16 } } });
  // @ts-expect-error: steps
  throws(() => refine(base, { training: { step: 5 } }), /training.step: no such field/);
  // @ts-expect-error: evaluation
  throws(() => recipe("mmr1_micro", { evaluations: { interval: 1 } }), ConfigError);
  // @ts-expect-error: a constructor's option
  vas({ mixtureRatios: 1 });
});

Deno.test("a wrong kind does not compile", () => {
  // @ts-expect-error: no such sampler
  cases({ "greedy": { sampler: { kind: "greedy" } } });
  // @ts-expect-error: a data set is no sampler
  cases({ "confused": { sampler: microMath() } });
  // @ts-expect-error: what has a kind is complete
  cases({ "half": { sampler: { kind: "vas", mixtureRatio: 1 } } });
  // @ts-expect-error: a kind is not an axis; sampler: [random(), vas()] is
  grid({ sampler: { kind: ["random", "vas"] } });
  // @ts-expect-error: random has no such field
  cases({ "both": { sampler: { kind: "random", mixtureRatio: 1 } } });
});

Deno.test("a wrong type of value does not compile", () => {
  // @ts-expect-error: a number
  grid({ sampler: { mixtureRatio: ["0.5", "1"] } });
  // @ts-expect-error: one of the words
  grid({ sampler: { diversity: ["bleu"] } });
  // @ts-expect-error: a boolean
  cases({ "control": { evaluation: { scoringControl: "yes" } } });
  // @ts-expect-error: the whole field, not a part of it
  cases({ "none": { training: 5 } });
  // @ts-expect-error: a list field takes a list of lists
  grid({ coldStart: { shortcutRates: [0.1, 0.2] } });
  // @ts-expect-error: in a patch, a list is not "each of these"
  cases({ "several": { training: { steps: [10, 20] } } });
  // @ts-expect-error: undefined does not mean "as it was"
  throws(() => refine(base, { sampler: undefined }), /sampler: expected a value, got nothing/);
});

Deno.test("what is meant does compile", () => {
  const designs = [
    grid({ sampler: [random(), vas({ mixtureRatio: 1 })], training: { steps: [10, 20] } }),
    grid({
      sampler: { mixtureRatio: [0.2, 1], weights: { ovs: [0.5, 1] } },
      training: { steps: 5 },
    }),
    ablate({
      algorithm: { kl: [null, kl()] },
      coldStart: { shortcutRates: [[0.1], [0.1, 0.2]] },
    }),
    [...cases({ "base": {} }), ...grid({ sampler: [{ mixtureRatio: 1, refreshInterval: 7 }] })],
  ];
  equal(designs.map((vary) => expand({ base, vary, seeds: 1 }).runs.length).join(), "4,4,4,2");
});
