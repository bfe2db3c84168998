import { deepEqual, equal, match, ok } from "node:assert/strict";
import { random } from "../sampler/random.ts";
import { vas } from "../sampler/vas.ts";
import { recipe } from "../schema/recipe.ts";
import { refine } from "../schema/refine.ts";
import { cases } from "./case.ts";
import { describePlan, type HistoryRun, type RunState } from "./describe_plan.ts";
import { duration, formatPlan } from "./format_plan.ts";
import { expand } from "./plan.ts";

const base = refine(recipe("mmr1_micro"), {
  dataset: { prompts: 100, validationPrompts: 10, benchmarkPrompts: 2 },
  algorithm: { groupSize: 4, miniBatches: 4 },
  training: { steps: 10, batchSize: 8 },
  evaluation: { interval: 5, scoringControl: false },
  coldStart: { steps: 100, batchSize: 16 },
});
const plan = expand({
  name: "small",
  question: "Is it so?\n\nA second paragraph.",
  base,
  vary: cases({
    "random": { sampler: random() },
    "mixed": { sampler: vas({ mixtureRatio: 0.5, refreshInterval: 4 }) },
    "again": { sampler: vas({ mixtureRatio: 0.5, refreshInterval: 4 }) },
    "VAS": { sampler: vas({ mixtureRatio: 1, refreshInterval: 4 }) },
  }),
  seeds: 2,
});
const [random0, random1, mixed0, mixed1, vas0, vas1] = plan.runs.map(({ id }) => id);

Deno.test("describePlan() says of each run what it is, where it stands and why it would run", () => {
  const states = new Map<string, RunState>([
    [random0!, { status: "done" }],
    [random1!, { status: "failed", why: "out of memory" }],
    [mixed0!, { status: "interrupted" }],
    [mixed1!, { status: "running" }],
    [vas0!, { status: "to do" }],
    [`cold_start-${plan.coldStarts[0]!.id}`, { status: "done" }],
  ]);
  const { runs, coldStarts } = describePlan(plan, states);
  deepEqual(runs.map(({ id, seed, cases, status, why }) => [id, seed, cases, status, why]), [
    [random0, 0, ["random"], "done", ""],
    [random1, 1, ["random"], "failed", "failed: out of memory; --retry-failed runs it again"],
    [mixed0, 0, ["mixed", "again"], "interrupted", "interrupted; goes on where it stopped"],
    [mixed1, 1, ["mixed", "again"], "running", "being executed now"],
    [vas0, 0, ["VAS"], "to do", "never run"],
    [vas1, 1, ["VAS"], "to do", "never run"],
  ]);
  deepEqual(runs[4]!.factors, { "sampler.kind": "vas", "sampler.mixtureRatio": 1 });
  deepEqual(
    coldStarts.map(({ status, seconds, demonstrations }) => [status, seconds, demonstrations]),
    [["done", 0, 1600]],
  );
});

Deno.test("describePlan() counts rollouts exactly, shared runs once, done ones not at all", () => {
  const { runs, totals } = describePlan(plan, new Map([[random0!, { status: "done" }]]));
  // 10 steps · 8 prompts · 4; evaluations after 0, 5 and 10 steps, the outer two with 5 benchmarks of 2.
  deepEqual(runs[0]!.rollouts, {
    training: 320,
    discarded: 0,
    scoring: 0,
    validation: 3 * 10 + 2 * 5 * 2,
  });
  // Scored before steps 1, 5 and 9.
  deepEqual(runs[2]!.rollouts, {
    training: 320,
    discarded: 0,
    scoring: 3 * 100 * 8,
    validation: 50,
  });
  deepEqual(totals.rollouts, {
    training: 5 * 320,
    discarded: 0,
    scoring: 4 * 2400,
    validation: 5 * 50,
  });
  deepEqual(totals.statuses, { "done": 1, "to do": 5 });
  equal(totals.shared, 2);
});

Deno.test("describePlan() names the nearest run that exists, and in what it differs", () => {
  const other = (id: string, config: HistoryRun["config"]): HistoryRun => ({
    id,
    seed: 0,
    config,
    seconds: null,
  });
  const history = [
    other("far", refine(base, { sampler: vas({ variant: "mmr1" }), training: { steps: 3 } })),
    other("near", refine(base, { sampler: vas({ mixtureRatio: 0.2, refreshInterval: 4 }) })),
    other("same", refine(base, { sampler: vas({ mixtureRatio: 1, refreshInterval: 4 }) })),
  ];
  const why = (runs: readonly HistoryRun[]) =>
    describePlan(plan, new Map(), { runs }).runs.map(({ why }) => why);
  deepEqual(why(history).slice(2), [
    "never run; nearest is near: sampler.mixtureRatio 0.2 → 0.5",
    "never run; nearest is near: sampler.mixtureRatio 0.2 → 0.5",
    "new seed; run same has these settings",
    "new seed; run same has these settings",
  ]);
  equal(why(history.slice(1, 2))[0], "never run; nearest is near: sampler.kind vas → random");
  match(
    why(history.slice(0, 1))[5]!,
    /^never run; nearest is far: sampler.mixtureRatio 0.5 → 1, .* and \d+ more$/,
  );
});

Deno.test("describePlan() estimates time from finished runs, in proportion to their work", () => {
  const { config } = plan.runs[0]!;
  const { runs, totals } = describePlan(plan, new Map(), {
    runs: [
      { id: "a", seed: 5, config, seconds: 30 },
      { id: "b", seed: 6, config, seconds: 50 },
      { id: "c", seed: 7, config, seconds: null },
    ],
    coldStarts: [{ identity: plan.coldStarts[0]!.identity, seconds: 12 }],
  });
  ok(Math.abs(runs[0]!.seconds! - 40) < 1e-9);
  ok(runs[2]!.seconds! > 40);
  equal(totals.measuredRuns, 2);
  ok(Math.abs(totals.coldStartSeconds - 12) < 1e-9);
});

Deno.test("describePlan() is plain data", () => {
  const described = describePlan(plan, new Map());
  deepEqual(JSON.parse(JSON.stringify(described)), described);
});

Deno.test("formatPlan() prints every run and what it adds up to", () => {
  const text = formatPlan(
    describePlan(plan, new Map([[random0!, { status: "done" }]]), {
      runs: [{ id: random0!, seed: 0, config: plan.runs[0]!.config, seconds: 60 }],
      coldStarts: [{ identity: plan.coldStarts[0]!.identity, seconds: 90 }],
    }),
    { jobs: 2 },
  );
  const lines = text.split("\n");
  equal(lines[0], "small: 6 runs (4 cases, 2 seeds), 1 cold start");
  equal(lines[1], "Is it so?");
  match(text, new RegExp(`^${plan.coldStarts[0]!.id}  to do +1,600  2 min  never made$`, "m"));
  match(text, new RegExp(`^${random0} +random +sampler.kind = random +0  done +370$`, "m"));
  match(
    text,
    new RegExp(
      `^${mixed1} +mixed \\(and 1 equal\\) .* 1  to do +2,770 .* never run; nearest is ${random0}: sampler.kind random → vas$`,
      "m",
    ),
  );
  match(text, /^1 done, 5 to do$/m);
  match(text, /^2 more stand in the plan with equal settings and are counted once$/m);
  match(
    text,
    /^rollouts to generate: 11,450, of these 1,600 to train on, 9,600 for scoring, 250 for measuring$/m,
  );
  match(text, /^time: about \d+ min with 2 processes, from 1 finished run in the store$/m);
});

Deno.test("formatPlan() leaves out what varies where the case says it, and the totals where all is done", () => {
  const done = expand({ base, vary: cases({ "base": {} }), seeds: 1 });
  const states = new Map<string, RunState>([
    [done.runs[0]!.id, { status: "done" }],
    [`cold_start-${done.coldStarts[0]!.id}`, { status: "done" }],
  ]);
  const text = formatPlan(describePlan(done, states));
  equal(text.includes("what varies"), false);
  equal(text.split("\n")[3], "1 done");
});

Deno.test("duration() rounds to what matters", () => {
  deepEqual([0.2, 89, 100, 5000, 90000].map(duration), [
    "1 s",
    "89 s",
    "2 min",
    "83 min",
    "25.0 h",
  ]);
});
