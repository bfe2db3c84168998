/** How the arms differ, what they share, and which runs no figure shows. */
import { excludedRuns } from "../../analysis/results.ts";
import { compareSettings } from "../../analysis/setting.ts";
import { skippedUpdates } from "../../analysis/skipped_updates.ts";
import type { Section } from "../define_report.ts";
import { dataTable } from "../html/figure.ts";
import { type Html, markup } from "../html/html.ts";

const code = (value: string | null) => value === null ? "–" : markup`<code>${value}</code>`;

function excluded(results: Parameters<typeof excludedRuns>[0]): Html {
  const runs = excludedRuns(results);
  if (runs.length === 0) return markup`<p>None: every planned run is finished and shown.</p>`;
  return dataTable({
    label: "Runs that no figure shows",
    head: ["Arm", "Seed", "Status", "Records", "Why", "Run"],
    numeric: false,
    rows: runs.map(({ arm, run }) => [
      arm,
      run.seed,
      run.status,
      run.records.length,
      run.failure ?? "–",
      markup`<code>${run.id}</code>`,
    ]),
  });
}

/** Runs that are shown, with updates missing; null where none is. */
function skipped(results: Parameters<typeof skippedUpdates>[0]): Html | null {
  const runs = skippedUpdates(results);
  if (runs.length === 0) return null;
  return markup`<h3>Runs with updates left out</h3>
<p>These updates had a gradient that was not finite; the parameters stayed as they were. The runs are shown. Steps without any update have no gradient norm, clip fraction or entropy: means leave them out.</p>
${
    dataTable({
      label: "Runs with updates left out",
      head: [
        "Arm",
        "Seed",
        "Updates left out",
        "Steps concerned",
        "Steps without any update",
        "Run",
      ],
      numeric: false,
      rows: runs.map(({ arm, seed, id, skipped, updates, steps, emptySteps }) => [
        arm,
        seed,
        `${skipped} of ${updates}`,
        steps,
        emptySteps,
        markup`<code>${id}</code>`,
      ]),
    })
  }`;
}

/** Settings that set the arms apart first, the rest folded. */
export function configuration(): Section {
  return {
    id: "configuration",
    title: "Configuration",
    write: ({ results }) => {
      const { common, differing } = compareSettings(results.arms);
      return Promise.resolve(markup`<h3>What differs between the arms</h3>
${
        differing.length === 0 ? markup`<p>Nothing but the seed.</p>` : dataTable({
          label: "Settings that differ",
          head: ["Setting", ...results.arms.map(({ name }) => name)],
          numeric: false,
          rows: differing.map((
            { path, values },
          ) => [markup`<code>${path}</code>`, ...values.map(code)]),
        })
      }
<details><summary>${common.length} settings that all arms share</summary>
${
        dataTable({
          label: "Settings that all arms share",
          head: ["Setting", "Value"],
          numeric: false,
          rows: common.map(({ path, value }) => [markup`<code>${path}</code>`, code(value)]),
        })
      }</details>
<h3>Runs not shown</h3>
<p>Only finished runs enter figures and tables.</p>
${excluded(results)}${skipped(results)}`);
    },
  };
}
