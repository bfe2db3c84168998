/** `power`: how many seeds an effect needs, from the noise between the seeds that are finished. */
import { textTable } from "../core/text_table.ts";
import { findBaselines } from "../analysis/baseline.ts";
import {
  type Detectable,
  detectableEffects,
  effectSize,
  seedsForEffect,
} from "../analysis/detectable.ts";
import { doneRuns } from "../analysis/results.ts";
import { ConfigError } from "../core/errors.ts";
import { POWER } from "../core/power.ts";
import {
  deviationText,
  effectText,
  isKnown,
  type KnownDetectable,
  seedsText,
  sizeText,
} from "../report/detectable_text.ts";
import { openStore } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { collectResults, loadPlan } from "./experiment.ts";
import { reportName } from "./report_page.ts";

/** Prints what the finished runs say about the seeds that an experiment needs. Writes nothing. */
export async function powerCommand(given: Arguments): Promise<number> {
  const plan = await loadPlan(given);
  const results = collectResults(plan, openStore(given.store));
  // What the report compares with; loading its sections is what takes the time here.
  const { loadReport } = await import("../report/load_report.ts");
  const { baseline } = await loadReport(Deno.cwd(), reportName(plan.name));
  const baselines = findBaselines(results, baseline);
  if (baselines === null || results.arms.every((arm) => baselines.of(arm) === null)) {
    throw new ConfigError(plan.name, "expected at least two arms to compare, got one");
  }
  const rows = detectableEffects(results, baselines);
  const finished = results.arms.flatMap(doneRuns).length;
  const planned = results.arms.reduce((sum, { runs }) => sum + runs.length, 0);
  console.log(
    given.json
      ? JSON.stringify({
        experiment: plan.name,
        finished,
        planned,
        effect: given.effect,
        power: POWER,
        level: 0.05,
        outcomes: rows.map((row) => jsonOf(row, given.effect)),
      })
      : [
        `${plan.name}: ${finished} of ${planned} runs finished`,
        ...powerText(rows, given.effect),
      ].join("\n\n"),
  );
  return EXIT.done;
}

function jsonOf(row: Detectable, effect: number) {
  const { outcome, noise, ...rest } = row;
  return {
    outcome: outcome.key,
    ...rest,
    noise,
    effect: effectSize(row, effect),
    seeds: seedsForEffect(row, effect),
  };
}

/** What is known as a table with its legend, and the arms about which nothing is known. */
export function powerText(rows: readonly Detectable[], effect: number): readonly string[] {
  const known = rows.filter(isKnown), parts = [];
  if (known.length > 0) {
    parts.push(
      tableOf(known, effect),
      `Differences to the baseline, paired by seed; one two-sided t-test at 5 % with ${
        100 * POWER
      } % power. Brackets: the 95 %\n` +
        `interval of the standard deviation (SD), and the seeds that its ends ask for: wide where few seeds are\n` +
        `finished. Correcting for several arms needs more. pp: points of a share; %: of the baseline's mean; –: the\n` +
        `effect is larger than that mean.`,
    );
  }
  const lacking = lackingText(rows);
  return lacking === null ? parts : [...parts, lacking];
}

function tableOf(known: readonly KnownDetectable[], effect: number): string {
  const head = [
    "outcome",
    "arm",
    "pairs",
    "SD of differences",
    "detectable now",
    `seeds for ${effectText(effect)}`,
  ];
  return textTable(
    head,
    known.map((row, i) => [
      known[i - 1]?.outcome.key === row.outcome.key ? "" : row.outcome.label,
      row.arm,
      String(row.n),
      deviationText(row),
      sizeText(row, row.noise.detectable),
      seedsText(row, effect),
    ]),
  );
}

/** Arms about whose noise nothing is known on any outcome. */
function lackingText(rows: readonly Detectable[]): string | null {
  const arms = [...Map.groupBy(rows, ({ arm }) => arm)].filter(([, own]) => !own.some(isKnown));
  if (arms.length === 0) return null;
  const lines = arms.map(([arm, own]) => {
    const n = Math.max(...own.map((row) => row.n));
    return `  ${arm}: ${n === 0 ? "no seed is" : "one seed is"} finished both there and in ${
      own[0]!.baseline
    }`;
  });
  return `Not known for lack of seeds, of which two finished in an arm and in its baseline are the least:\n${
    lines.join("\n")
  }`;
}
