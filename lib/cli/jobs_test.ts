import { deepEqual, throws } from "node:assert/strict";
import { cases } from "../plan/case.ts";
import { expand } from "../plan/plan.ts";
import { pretrained } from "../policy/pretrained.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import { jobsOf } from "./jobs.ts";

const base = recipe("mmr1_micro", { training: { steps: 7 } });

Deno.test("jobsOf() makes a job of every run, stages before what begins from them, and of every cold start", () => {
  const vary = cases({ "staged": { previous: refine(base, { training: { steps: 3 } }) } });
  const plan = expand({ base, vary, seeds: 2 });
  const { runs, coldStarts } = jobsOf(plan);
  deepEqual(runs.map(({ label, steps }) => [label, steps]), [
    ["staged: stage 1, seed 0", 3],
    ["staged, seed 0", 7],
    ["staged: stage 1, seed 1", 3],
    ["staged, seed 1", 7],
  ]);
  const [first, second] = runs;
  deepEqual(second!.task.previous, first!.task.id);
  deepEqual(second!.seconds > first!.seconds, true);
  deepEqual([...coldStarts.keys()], [first!.task.coldStart]);
});

Deno.test("jobsOf() refuses a pretrained model, which plans only show", () => {
  const paper = refine(base, { model: pretrained("some/model"), coldStart: null });
  const plan = expand({ base: paper, vary: cases({ "paper": {} }), seeds: 1 });
  throws(() => jobsOf(plan), {
    name: "ConfigError",
    message:
      'model.kind: expected "transformer", which is what the engines here train in process, ' +
      'got "pretrained" (case "paper"): `plan` prints such runs; to execute them, start from a ' +
      "recipe at micro scale",
  });
});
