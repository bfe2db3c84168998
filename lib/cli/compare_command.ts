/** `compare`: two experiments, or two versions of one, side by side. */
import { textTable } from "../core/text_table.ts";
import { dirname, resolve } from "node:path";
import {
  type ComparedExperiment,
  compareExperiments,
  type ExperimentComparison,
  isWhole,
} from "../analysis/experiment_comparison.ts";
import { doneRuns, type ExperimentResults } from "../analysis/results.ts";
import { ConfigError, StoreError } from "../core/errors.ts";
import { comparisonSentence, outcomeTexts } from "../report/comparison_text.ts";
import { diskFiles, storeError, writeShared } from "../store/files.ts";
import { openStore } from "../store/store.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { collectResults, loadPlan } from "./experiment.ts";
import { listPage, pagePath } from "./report_index.ts";
import { pageName, variantText } from "./report_page.ts";

interface Side extends ComparedExperiment {
  /** The command that executes what is missing. */
  readonly command: string;
}

/** `file@store`, or a file and the store of all. */
function splitOperand(operand: string, store: string): { file: string; store: string } {
  const at = operand.lastIndexOf("@");
  if (at < 0) return { file: operand, store };
  const parts = { file: operand.slice(0, at), store: operand.slice(at + 1) };
  if (parts.file === "" || parts.store === "") {
    throw new ConfigError("compare", `expected FILE@STORE, got "${operand}"`);
  }
  return parts;
}

/** One side, with what the store holds of it. */
async function loadSide(given: Arguments, operand: string, set: readonly string[]): Promise<Side> {
  const { file, store: folder } = splitOperand(operand, given.store);
  const own = { ...given, file, set: [...given.set, ...set] };
  const plan = await loadPlan(own), store = openStore(folder);
  const flags = [
    given.quick ? "--quick" : "",
    variantText(own),
    folder === "runs" ? "" : `--store ${folder}`,
  ];
  return {
    name: pageName(plan.name, own) + (folder === given.store ? "" : `@${folder}`),
    store: realPath(folder),
    results: collectResults(plan, store),
    command: ["deno task run", file, ...flags].filter((word) => word !== "").join(" "),
  };
}

/** One path for a folder, whatever it is called; a missing one keeps its name. */
function realPath(folder: string): string {
  try {
    return Deno.realPathSync(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return resolve(folder);
    throw storeError("find", folder, error);
  }
}

function checkFinished(sides: readonly Side[]): void {
  const empty = sides.filter(({ results: { arms } }) => arms.flatMap(doneRuns).length === 0);
  if (empty.length === 0) return;
  const missing = empty.map(({ name, store, command, results }) => {
    const runs = results.arms.reduce((sum, { runs }) => sum + runs.length, 0);
    return `${name}: expected finished runs in ${store}, got none of ${runs}; execute them with: ${command}`;
  });
  throw new StoreError(missing.join("; "));
}

/** Both sides' arms in one, for sums over all runs: one id in two stores is two runs. */
function joined({ a, b }: ExperimentComparison): ExperimentResults {
  const arms = ({ store, results }: ComparedExperiment) =>
    results.arms.map((arm) => ({
      ...arm,
      runs: arm.runs.map((run) => ({ ...run, id: `${store}/${run.id}` })),
    }));
  const starts = [a, b].flatMap(({ store, results }) =>
    results.coldStarts.map((start) => [`${store}/${start.id}`, start] as const)
  );
  const questions = [...new Set([a, b].map(({ results }) => results.question.split("\n\n")[0]!))];
  return {
    name: `${b.name} against ${a.name}`,
    question: questions.join(" "),
    arms: [...arms(a), ...arms(b)],
    coldStarts: [...new Map(starts).values()],
  };
}

/** Puts two experiments side by side: a table on the terminal, and a page. */
export async function compareCommand(given: Arguments): Promise<number> {
  const { file, otherFile, setA, setB } = given;
  const a = await loadSide(given, file!, setA), b = await loadSide(given, otherFile!, setB);
  if (a.name === b.name) {
    throw new ConfigError(
      "compare",
      `expected two different experiments, got ${a.name} twice; give one of them settings of its own with ` +
        "--set-b path=value, or another store with FILE@STORE",
    );
  }
  checkFinished([a, b]);
  const comparison = compareExperiments(a, b);
  const path = await writePage(comparison);
  console.log(given.json ? comparisonJson(comparison, path) : textOf(comparison, path));
  return EXIT.done;
}

async function writePage(comparison: ExperimentComparison): Promise<string> {
  const [{ renderComparison }, { createEntry }] = await Promise.all([
    import("../report/comparison_page.ts"),
    import("../report/report_entry.ts"),
  ]);
  const { a, b } = comparison;
  const page = `compare_${a.name}_${b.name}`.replace(/[^\w.,=+@-]/g, "_");
  const path = pagePath(page);
  const html = await renderComparison(comparison);
  diskFiles.makeFolder(dirname(path));
  writeShared(diskFiles, path, new TextEncoder().encode(html));
  const results = joined(comparison), answer = comparisonSentence(comparison);
  const head = { kind: "comparison", page, digest: "", title: results.name, answer } as const;
  listPage(createEntry(head, results, new Date()));
  return path;
}

/** The comparison as one line of JSON. */
export function comparisonJson(
  { a, b, pairs, settings, outcomes }: ExperimentComparison,
  report: string,
): string {
  const side = ({ name, store, results: { arms } }: ComparedExperiment) => ({
    name,
    store,
    arms: arms.map((arm) => ({
      name: arm.name,
      seeds: doneRuns(arm).map(({ seed }) => seed),
      planned: arm.runs.length,
    })),
  });
  return JSON.stringify({
    a: side(a),
    b: side(b),
    arms: pairs.map(({ name, a, b, sameRuns }) => ({
      name,
      a: a?.name ?? null,
      b: b?.name ?? null,
      sameRuns,
    })),
    settings,
    outcomes: outcomes.map(({ outcome, arm, a, b, method, comparison }) => ({
      outcome: outcome.key,
      role: outcome.role,
      arm,
      a,
      b,
      method,
      n: comparison?.n ?? null,
      difference: comparison?.difference ?? null,
      low: comparison?.low ?? null,
      high: comparison?.high ?? null,
      p: comparison?.p ?? null,
      verdict: comparison?.verdict ?? null,
    })),
    report,
  });
}

function textOf(comparison: ExperimentComparison, report: string): string {
  const { a, b, pairs, settings, outcomes } = comparison;
  const whole = pairs.filter(isWhole).length;
  const parts: string[] = [];
  if (whole === 0) {
    parts.push(`No arm of ${a.name} has the name or the settings of one of ${b.name}.`);
  } else if (settings.length === 0) parts.push("The settings are the same.");
  else {
    parts.push(textTable(
      ["setting", a.name, b.name, "in"],
      settings.map(({ path, a, b, arms }) => [
        path,
        a ?? "–",
        b ?? "–",
        arms.length === whole ? "all arms" : arms.join("; "),
      ]),
    ));
  }
  parts.push(textTable(
    ["outcome", "arm", a.name, b.name, "difference [95 %]", "n", "verdict"],
    outcomes.map((row, i) => {
      const { a, b, difference, n, verdict } = outcomeTexts(row);
      const repeated = outcomes[i - 1]?.outcome === row.outcome;
      return [repeated ? "" : row.outcome.label, row.arm, a, b, difference, n, verdict];
    }),
  ));
  for (const { name, a, b, sameRuns } of pairs) {
    if (a === null || b === null) continue;
    if (sameRuns.length > 0) {
      parts.push(`${name}: seeds ${sameRuns.join(", ")} are the same runs on both sides`);
    }
  }
  parts.push(`report: ${report}`);
  return parts.join("\n\n");
}
