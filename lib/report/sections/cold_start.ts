/** Where reinforcement learning starts: the supervised stage, and the spread of pass rates that it leaves. */
import { bands, blockMeans, type Point } from "../../analysis/curve.ts";
import { evaluations } from "../../analysis/evaluations.ts";
import { seedEstimate } from "../../analysis/paired_seeds.ts";
import { type ColdStartResults, doneRuns, type ExperimentResults } from "../../analysis/results.ts";
import { createTable } from "../../analysis/table.ts";
import type { SupervisedConfig } from "../../algorithm/supervised.ts";
import { coldStartId } from "../../schema/identity.ts";
import type { SliceResult, SplitResult } from "../../schema/run_record.ts";
import { curveChart } from "../charts/curve_chart.ts";
import type { ReportContext, Section } from "../define_report.ts";
import { formatShare } from "../format.ts";
import { csvLink, dataTable, figure, panel, panels } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";
import { type ArmStyle, MARK } from "../render/theme.ts";
import { percentText } from "./estimates.ts";
import { familyName } from "./family_name.ts";
import { passRateSpread } from "./pass_rate_spread.ts";

const LOSS_POINTS = 150;
const STYLE: ArmStyle = { name: "cold start", colour: MARK, dash: [1, 0] };

/** Accuracy by family and level: a table shaded like the charts. */
function accuracyTable(
  { families, levels }: Pick<SplitResult, "families" | "levels">,
): Html {
  const numbers = [...new Set(Object.keys(levels).map((key) => Number(key.split(":")[1])))].sort();
  const rows = Object.keys(families).sort().map((family) => ({
    family,
    slices: [...numbers.map((level) => levels[`${family}:${level}`]), families[family]],
  }));
  const shareOf = (slice: SliceResult | undefined) =>
    slice === undefined ? null : slice.correct / slice.prompts;
  return dataTable({
    label: "Accuracy by family and level",
    head: ["Family", ...numbers.map((level) => `level ${level}`), "all"],
    rows: rows.map(({ family, slices }) => [
      familyName(family),
      ...slices.map((slice) => formatShare(shareOf(slice), 0)),
    ]),
    shades: rows.map(({ slices }) => slices.map(shareOf)),
  });
}

/** What the last phase shows, and what for. */
function mixture(settings: SupervisedConfig): string {
  const { mixedPhase, shortcutRates, shortcutSpread, guessAccuracy, unboxedRate } = settings;
  const number = (share: number) => String(Number((100 * share).toFixed(1)));
  const rates = shortcutRates.map((rate, i) => `${number(rate)} % at level ${i + 1}`).join(", ");
  return ` Upright line: from here on, the last ${number(mixedPhase)} % of the steps, ` +
    "demonstrations are of mixed quality on purpose. Some skip the working and guess the answer: " +
    `${rates}, each family with an offset of its own within ±${number(shortcutSpread)} pp. ` +
    `Of these guesses ${number(guessAccuracy)} % are right, and ${
      number(unboxedRate)
    } % lack the ` +
    "box that the format reward asks for. A drop in validation accuracy there is deliberate: it " +
    "leaves the policy with two ways of answering, working the problem out and guessing, and " +
    "reinforcement learning with the choice between them. Training starts from the lowered accuracy.";
}

/** Stages that differ in their seed only, each under its own seed. */
function alike(stages: readonly ColdStartResults[]): readonly (readonly ColdStartResults[])[] {
  const settings = ({ config: { model, dataset, coldStart, decoding } }: ColdStartResults) =>
    JSON.stringify([
      model,
      { ...dataset, prompts: 0, unsolvable: 0 },
      { ...coldStart, seed: 0 },
      decoding,
    ]);
  return [...Map.groupBy(stages, settings).values()];
}

/** Right and asked in slices of several results, added up. */
function addedUp(results: readonly SplitResult[], key: "families" | "levels") {
  const sums: Record<string, { prompts: number; correct: number }> = {};
  for (const result of results) {
    for (const [name, { prompts, correct }] of Object.entries(result[key])) {
      const sum = sums[name] ??= { prompts: 0, correct: 0 };
      sum.prompts += prompts;
      sum.correct += correct;
    }
  }
  return sums;
}

/** The arms with a finished run that begins with one of these stages. */
function armsOf(stages: readonly ColdStartResults[], { arms }: ExperimentResults): string[] {
  const ids = new Set(stages.map(({ id }) => id));
  return arms.filter((arm) => doneRuns(arm).some(({ config }) => ids.has(coldStartId(config))))
    .map(({ name }) => name);
}

/** @param arms what begins with these stages; null where every arm does */
async function supervised(
  all: readonly ColdStartResults[],
  index: number,
  arms: readonly string[] | null,
  { svg }: ReportContext,
): Promise<Html | null> {
  const stages = all.flatMap(({ config, records }) => {
    const steps = records.filter((record) => record.kind === "supervised");
    const measured = evaluations({ records }), last = measured.at(-1)?.splits.validation;
    return steps.length === 0 || last === undefined
      ? []
      : [{ seed: config.coldStart?.seed ?? 0, steps, measured, last }];
  });
  const [first] = stages;
  if (first === undefined) return null;
  const block = Math.ceil(first.steps.length / LOSS_POINTS);
  const curves = (points: (stage: typeof stages[number]) => readonly Point[]) => {
    const own = stages.map((stage) => ({
      arm: STYLE.name,
      seed: stage.seed,
      points: points(stage),
    }));
    return { bands: bands(own), seeds: stages.length > 1 ? own : [] };
  };
  const loss = curves(({ steps }) =>
    blockMeans(steps.map(({ step, loss }) => ({ x: step, y: loss })), block)
  );
  const accuracy = curves(({ measured }) =>
    measured.flatMap(({ step, splits }) =>
      splits.validation === undefined ? [] : [{ x: step, y: splits.validation.accuracy }]
    )
  );
  const mixedFrom = first.steps.find(({ shortcuts }) => shortcuts > 0)?.step;
  const marks = mixedFrom === undefined ? [] : [{ x: mixedFrom, label: "mixed quality from here" }];
  const chart = (drawn: typeof loss, yFormat: string) =>
    curveChart({ ...drawn, styles: [STYLE], xTitle: "supervised step", yFormat, marks });
  const table = await createTable<
    { metric: string; seed: number; x: number; value: number }
  >(
    ["metric", "seed", "x", "value"],
    Object.entries({ loss, accuracy }).flatMap(([metric, { bands, seeds }]) =>
      (seeds.length > 0 ? seeds : [{
        seed: first.seed,
        points: bands.map(({ x, mean }) => ({ x, y: mean })),
      }]).flatMap(({ seed, points }) => points.map(({ x, y }) => ({ metric, seed, x, value: y })))
    ),
  );
  const results = stages.map(({ last }) => last), many = stages.length > 1;
  const share = (values: readonly number[]) =>
    many ? `${percentText(seedEstimate(values))} %` : formatShare(values[0]!);
  return figure({
    id: `figure-cold-start-${index}`,
    content: markup`<h3>Supervised stage${arms === null ? null : `: ${arms.join(", ")}`}</h3>${
      panels([
        panel("Loss (nats per response token)", await svg(chart(loss, "~g"), "Cold-start loss")),
        panel(
          "Validation accuracy",
          await svg(chart(accuracy, ".2f"), "Validation accuracy during the cold start"),
        ),
      ])
    }<h3>Validation accuracy after it, by family and level</h3>${
      accuracyTable({ families: addedUp(results, "families"), levels: addedUp(results, "levels") })
    }`,
    caption: markup`${
      many
        ? `${stages.length} cold starts, one for each seed: bold is their mean with a 95 % Student-t interval, thin are single ones; the table adds them up`
        : `One run, shared by every ${arms === null ? "arm and seed" : "seed of these arms"}`
    }. Loss: means over ${block} successive steps. Accuracy on ${first.last.prompts} validation prompts after the supervised stage: ${
      share(results.map(({ accuracy }) => accuracy))
    }; ${share(results.map(({ format }) => format))} of the responses have the required format.${
      mixedFrom === undefined ? null : mixture(all[0]!.config.coldStart!)
    }`,
    data: csvLink(index === 1 ? "cold_start" : `cold_start_${index}`, table),
  });
}

/** The supervised stage, accuracy by family and level, and the pool's pass rates. */
export function coldStart(): Section {
  return {
    id: "cold-start",
    title: "Cold start",
    write: async (context) => {
      const stages = [];
      const groups = alike(context.results.coldStarts);
      for (const [i, like] of groups.entries()) {
        const arms = groups.length === 1 ? null : armsOf(like, context.results);
        const written = await supervised(like, i + 1, arms, context);
        if (written !== null) stages.push(written);
      }
      const spread = await passRateSpread(context);
      if (stages.length === 0 && spread === null) return null;
      return markup`${stages}${spread}`;
    },
  };
}
