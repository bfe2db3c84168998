import { deepEqual, equal } from "node:assert/strict";
import { files } from "../dataset/files/files.ts";
import { cases } from "../plan/case.ts";
import { expand } from "../plan/plan.ts";
import { runId } from "../schema/identity.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { SCHEMA_VERSION } from "../schema/run_config.ts";
import { openStore, type Store } from "../store/store.ts";
import { describeInStore } from "./experiment.ts";

const base = recipe("mmr1_micro");

function finish(store: Store, config: RunConfig, seconds: number): void {
  const id = runId(config, 0);
  const settings = { schema: SCHEMA_VERSION, kind: "run", id, config, seed: 0, previous: null };
  Deno.mkdirSync(store.path(id));
  Deno.writeTextFileSync(store.path(id, "config.json"), JSON.stringify(settings));
  Deno.writeTextFileSync(
    store.path(id, "result.json"),
    JSON.stringify({ format: 1, steps: 1, seconds, recordsBytes: 0, policyBytes: 0 }),
  );
}

Deno.test("describeInStore() plans beside finished runs on files that are gone", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const store = openStore(`${folder}/runs`, { create: true });
    const gone = { path: `${folder}/gone.jsonl`, digest: "0".repeat(64) };
    const own = refine(base, { dataset: files({ train: gone, validation: gone }) });
    finish(store, own, 1e6);
    finish(store, refine(base, { previous: own }), 1e6);
    const plan = expand({ base, vary: cases({ "base": {} }), seeds: 1 });
    const before = describeInStore(plan, openStore(`${folder}/none`));
    const { runs, totals } = describeInStore(plan, store);
    equal(totals.measuredRuns, 0);
    deepEqual(runs.map(({ seconds }) => seconds), before.runs.map(({ seconds }) => seconds));

    finish(store, refine(base, { training: { steps: 3 } }), 5);
    equal(describeInStore(plan, store).totals.measuredRuns, 1);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
