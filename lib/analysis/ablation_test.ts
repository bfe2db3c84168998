import { deepEqual, equal, ok } from "node:assert/strict";
import tables from "../../reports/paper/tables.json" with { type: "json" };
import { ablationResults } from "../report/testdata/synthetic_designs.ts";
import { refine } from "../schema/refine.ts";
import type { RunConfig } from "../schema/run_config.ts";
import { ablationTable, paperSpan } from "./ablation.ts";
import { ablationDesign, centralArm } from "./ablation_design.ts";
import { noiseRange, seedNoise } from "./seed_noise.ts";

const near = (actual: number | null | undefined, expected: number) =>
  ok(Math.abs(actual! - expected) < 1e-9, `${actual}, expected ${expected}`);

Deno.test("ablationTable() has 18 rows from 15 settings, the base in every block", () => {
  const { design, rows, comparisons } = ablationTable(ablationResults(), tables.table4)!;
  deepEqual(design.blocks.map(({ factor, cases }) => [factor.key, cases.length]), [
    ["mixtureRatio", 4],
    ["refreshInterval", 6],
    ["scoringRollouts", 3],
    ["weights", 5],
  ]);
  equal(design.settings.length, 15);
  equal(rows.length, 18);
  equal(comparisons, 14);
  deepEqual(rows.filter(({ isBase }) => isBase).map(({ value }) => value), [0.5, 28, 8, [
    0.5,
    0.5,
  ]]);
  equal(new Set(rows.filter(({ isBase }) => isBase).map(({ arm }) => arm)).size, 1);
  deepEqual(rows.slice(-5).map(({ value }) => value), [[0, 1], [0.2, 0.8], [0.5, 0.5], [0.8, 0.2], [
    1,
    0,
  ]]);
});

Deno.test("ablationTable() puts the paper's row beside each of ours, T by its share of the run", () => {
  const results = ablationResults();
  const { rows } = ablationTable(results, tables.table4)!;
  deepEqual(rows.map(({ paper }) => paper!.average), tables.table4.rows.map((row) => row.at(-1)));
  near(rows.find(({ value }) => value === 14)!.paper!.difference, 52.3 - 51.7);
  const half = results.arms.map((arm) => ({
    ...arm,
    config: refine(arm.config, { training: { steps: 35 } }),
  }));
  const short = ablationTable({ ...results, arms: half }, tables.table4)!.rows;
  equal(short.find(({ value }) => value === 14)!.paper!.value, 28);
  equal(short.find(({ value }) => value === 56)!.paper, null);
});

Deno.test("ablationTable() finds an effect as large as it is, paired by seed", () => {
  const effect = ({ sampler }: RunConfig) =>
    sampler.kind === "vas" && sampler.mixtureRatio === 0.8 ? 0.02 : 0;
  const { rows } = ablationTable(ablationResults({ deviation: 1e-4, effect }), tables.table4)!;
  const row = rows.find(({ factor, value }) => factor === "mixtureRatio" && value === 0.8)!;
  ok(Math.abs(row.difference!.mean - 0.02) < 1e-3);
  ok(row.difference!.p! < 0.05);
  equal(row.standing, "best");
  equal(row.difference!.n, 3);
  const others = rows.filter(({ arm, isBase }) => arm !== row.arm && !isBase);
  ok(others.every(({ difference }) => difference!.p! >= 0.05));
  ok(others.every(({ standing }) => standing === null));
});

Deno.test("ablationTable() of one block still knows the paper's base; of one seed it has no intervals", () => {
  const all = ablationResults({ seeds: 1 });
  const arms = all.arms.filter(({ name }) => name.startsWith("mixtureRatio"));
  const { design, rows, noise, comparisons } = ablationTable({ ...all, arms }, tables.table4)!;
  equal(design.base.name, "mixtureRatio = 0.5");
  equal(rows.length, 4);
  deepEqual([noise, comparisons], [null, 0]);
  ok(rows.every(({ average, difference }) => average!.low === null && !difference?.p));
});

Deno.test("ablationTable() is null without finished runs, and where no factor varies", () => {
  const results = ablationResults();
  const unfinished = results.arms.map((arm) => ({ ...arm, runs: [] }));
  equal(ablationTable({ ...results, arms: unfinished }, tables.table4), null);
  equal(ablationTable({ ...results, arms: results.arms.slice(0, 1) }, tables.table4), null);
});

Deno.test("ablationDesign() leaves out arms that differ in two factors", () => {
  const { arms } = ablationResults();
  const both = {
    ...arms[0]!,
    name: "both",
    config: refine(arms[0]!.config, { sampler: { scoringRollouts: 16 } }),
  };
  const factors = (["mixtureRatio", "scoringRollouts"] as const).map((key) => ({
    key,
    valueOf: ({ sampler }: typeof both.config) => sampler.kind === "vas" ? sampler[key] : null,
  }));
  const design = ablationDesign([...arms, both], factors)!;
  ok(!design.settings.some(({ name }) => name === "both"));
  equal(centralArm([...arms, both])!.config.sampler.kind, "vas");
  equal(centralArm([]), null);
});

Deno.test("paperSpan() counts the repeated base once", () => {
  deepEqual(paperSpan(tables.table4), { settings: 15, low: 50.9, high: 52.3 });
});

Deno.test("seedNoise() pools variances within settings, and takes out what a seed does to all", () => {
  const scores = (values: readonly number[]) =>
    new Map(values.map((average, seed) => [seed, {
      average,
      splits: { a: average, b: average },
      prompts: { a: 100, b: 100 },
    }]));
  // Deviations ±1 and ±3: variances 2 and 18 with one degree of freedom each.
  const { deviation, df, sharedSeeds, binomial } = seedNoise([
    scores([0.4, 0.42]),
    scores([0.4, 0.46]),
  ])!;
  near(deviation, 0.01 * Math.sqrt((2 + 18) / 2));
  equal(df, 2);
  // Means of the settings .41 and .43, of the seeds .40 and .44: every residual is ±.01.
  near(sharedSeeds, 0.02);
  near(binomial, Math.sqrt(2 * 0.42 * 0.58 / 100) / 2);
  near(seedNoise([scores([0.4, 0.42]), scores([0.5, 0.52])])!.sharedSeeds, 0);
  equal(seedNoise([scores([0.4])]), null);
});

Deno.test("noiseRange() scales the range of normals", () => {
  // Tables: d₂ = 3.472 and q₀.₉₅ = 4.796 for 15 numbers.
  const { expected, usual, p } = noiseRange(15, 0.5, 0.5 * 4.796);
  ok(Math.abs(expected - 0.5 * 3.472) < 1e-3);
  ok(Math.abs(usual - 0.5 * 4.796) < 1e-3);
  ok(Math.abs(p - 0.05) < 1e-3);
});
