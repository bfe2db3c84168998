/** Where the numbers come from: code, versions, machine, dates. */
import { doneRuns, earlierStages } from "../../analysis/results.ts";
import type { Provenance } from "../../store/run_data.ts";
import type { Section } from "../define_report.ts";
import { dataTable } from "../html/figure.ts";
import { markup } from "../html/html.ts";

const codeVersion = ({ commit, diffHash }: Provenance) =>
  `${commit?.slice(0, 12) ?? "no commit"}${
    diffHash === null ? "" : ` + changes ${diffHash.slice(0, 8)}`
  }`;

/** `2026-01-02 03:04 UTC`. */
const dateText = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** Distinct texts, in order of appearance. */
const distinct = (texts: Iterable<string>) => [...new Set(texts)];

/** Said last, and said in full. */
export function provenance(): Section {
  return {
    id: "provenance",
    title: "Provenance",
    write: ({ results }) => {
      const stages = earlierStages(results).map(({ name, run }) => ({ arm: name, run }));
      const shown = [
        ...results.arms.flatMap((arm) => doneRuns(arm).map((run) => ({ arm: arm.name, run }))),
        ...stages.filter(({ run }) => run.status === "done"),
      ];
      const all = [
        ...shown.flatMap(({ run }) => run.provenance),
        ...results.coldStarts.flatMap(({ provenance }) => provenance),
      ];
      if (all.length === 0) return Promise.resolve(null);
      const versions = distinct(all.map(codeVersion));
      const dates = all.map(({ startedAt }) => startedAt).sort();
      const items: readonly (readonly [string, string])[] = [
        ["Code", versions.join("; ")],
        [
          "Versions",
          distinct(
            all.map(({ versions }) =>
              Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")
            ),
          ).join("; "),
        ],
        [
          "Lock file",
          distinct(all.map(({ lockHash }) => lockHash?.slice(0, 12) ?? "none")).join("; "),
        ],
        [
          "Machine",
          distinct(
            all.map(({ host }) => `${host.cpu}, ${host.cores} cores, ${host.os} ${host.arch}`),
          )
            .join("; "),
        ],
        [
          "Backend",
          distinct(
            all.map(({ backend, device, threads }) =>
              `${backend} on ${device}, ${threads} ${
                threads === 1 ? "thread" : "threads"
              } per process`
            ),
          ).join("; "),
        ],
        ["Executed", distinct([dates[0]!, dates.at(-1)!].map(dateText)).join(" to ")],
        ["Cold start", results.coldStarts.map(({ id }) => id).join(", ") || "–"],
      ];
      return Promise.resolve(
        markup`${
          versions.length < 2
            ? null
            : markup`<p class="notice">Rows come from ${versions.length} code versions:
a run's identity is its settings and seed, not the code. Run again with --force to have them all from one.</p>`
        }<dl>${items.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<details><summary>${shown.length} runs</summary>
${
          dataTable({
            label: "Runs",
            head: ["Arm", "Seed", "Run", "Executions", "Started"],
            numeric: false,
            rows: shown.map(({ arm, run }) => [
              arm,
              run.seed,
              markup`<code>${run.id}</code>`,
              run.provenance.length,
              run.provenance[0] === undefined ? "–" : dateText(run.provenance[0].startedAt),
            ]),
          })
        }</details>`,
      );
    },
  };
}
