import { equal, ok } from "node:assert/strict";
import { ConfigError, didYouMean, StoreError } from "./errors.ts";

Deno.test("ConfigError keeps field and problem apart, and joins them in its message", () => {
  const error = new ConfigError("sampler.mixtureRatio", "expected a number in [0, 1], got 1.5");
  equal(error.message, "sampler.mixtureRatio: expected a number in [0, 1], got 1.5");
  equal(error.field, "sampler.mixtureRatio");
  equal(error.problem, "expected a number in [0, 1], got 1.5");
  equal(String(error), `ConfigError: ${error.message}`);
  ok(error instanceof Error && !(error instanceof StoreError));
});

Deno.test("StoreError is told from others by name, also across processes, and keeps its cause", () => {
  const cause = new Error("disk full");
  const error = new StoreError("runs/1: cannot be written", { cause });
  equal(error.name, "StoreError");
  equal(error.cause, cause);
});

const FIELDS = ["mixtureRatio", "refreshInterval", "scoringRollouts", "weights"];

Deno.test("didYouMean() finds the field that was meant", () => {
  const meant = {
    mixtureRation: "mixtureRatio", // an insertion
    mixtreRatio: "mixtureRatio", // a deletion
    refershInterval: "refreshInterval", // a transposition
    SCORINGROLLOUTS: "scoringRollouts", // case only
    weigth: "weights",
  };
  for (const [typed, field] of Object.entries(meant)) {
    equal(didYouMean(typed, FIELDS), `; did you mean "${field}"?`);
  }
});

Deno.test("didYouMean() takes the closest, and says nothing when none is close", () => {
  equal(didYouMean("tds", ["ovs", "tdx"]), '; did you mean "tdx"?');
  equal(didYouMean("temperature", FIELDS), "");
  equal(didYouMean("anything", []), "");
});
