/** The page over all reports: what was asked, what came out, what it cost. */
import { formatCount } from "./format.ts";
import { type Html, markup } from "./html/html.ts";
import { dataTable } from "./html/figure.ts";
import { page } from "./html/page.ts";
import type { ReportEntry } from "./report_entry.ts";

/** An experiment that has no report yet. */
export interface MissingReport {
  readonly name: string;
  readonly question: string;
  /** What makes the report. */
  readonly command: string;
}

/** What the index lists. */
export interface ReportIndex {
  readonly entries: readonly (ReportEntry & {
    /** Whether the page is still there. */
    readonly exists: boolean;
  })[];
  readonly missing: readonly MissingReport[];
  /** Other pages in the folder, without `.html`. */
  readonly others: readonly string[];
}

const link = (name: string, text: string) =>
  markup`<a href="${encodeURIComponent(name)}.html">${text}</a>`;

/** "14 s", "3 min", "2.5 h". */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** `1.2 million` from a million on. */
const size = (count: number) =>
  count < 1e6 ? formatCount(count) : `${(count / 1e6).toFixed(1)} million`;

/** `3 seeds per arm (9 runs)`. */
function seedsText({ seeds: [low, high], runs, planned }: ReportEntry): string {
  const count = low === high ? `${low} ${low === 1 ? "seed" : "seeds"}` : `${low} to ${high} seeds`;
  return `${count} per arm (${runs === planned ? `${runs} runs` : `${runs} of ${planned} runs`})`;
}

function article(entry: ReportIndex["entries"][number]): Html {
  const { page, exists, title, question, answer, rollouts, tokens, seconds, writtenAt } = entry;
  const none = entry.runs === 0
    ? "No finished run yet."
    : "The page has no answer in one sentence.";
  const facts = [
    `n: ${seedsText(entry)}`,
    `cost: ${size(rollouts)} rollouts, ${size(tokens)} tokens, ${duration(seconds)}`,
  ].join("; ");
  return markup`<article>
<h3>${exists ? link(page, title) : markup`${title} (page missing)`}</h3>
<p class="quiet">${question}</p>
<p>${answer ?? none}</p>
<p><small>${facts}; written <time datetime="${writtenAt}">${writtenAt.slice(0, 10)} ${
    writtenAt.slice(11, 16)
  } UTC</time>; ${page}.html</small></p>
</article>
`;
}

/** Newest first; of pages written at the same moment, by name. */
function inOrder(entries: ReportIndex["entries"]): ReportIndex["entries"] {
  return entries.toSorted((a, b) =>
    a.writtenAt === b.writtenAt ? (a.page < b.page ? -1 : 1) : a.writtenAt < b.writtenAt ? 1 : -1
  );
}

/** The page as text. */
export function renderIndex({ entries, missing, others }: ReportIndex): string {
  const listOf = (kind: ReportEntry["kind"]) =>
    inOrder(entries.filter((entry) => entry.kind === kind)).map(article);
  const reports = listOf("report"), comparisons = listOf("comparison");
  const sections: { id: string; title: string; content: Html }[] = [{
    id: "reports",
    title: "Reports",
    content: reports.length === 0 ? markup`<p>None yet.</p>` : markup`${reports}`,
  }];
  if (comparisons.length > 0) {
    sections.push({ id: "comparisons", title: "Comparisons", content: markup`${comparisons}` });
  }
  if (missing.length > 0) {
    const content = dataTable({
      label: "Experiments without a report",
      head: ["Experiment", "Question", "Command"],
      numeric: false,
      rows: missing.map(({ name, question, command }) => [
        name,
        question,
        markup`<code>${command}</code>`,
      ]),
    });
    sections.push({ id: "missing", title: "No report yet", content });
  }
  if (others.length > 0) {
    const items = others.map((name) => markup`<li>${link(name, name)}</li>`);
    sections.push({ id: "others", title: "Other pages", content: markup`<ul>${items}</ul>` });
  }
  return page({
    title: "Reports",
    question: "Every report in this folder, the newest first.",
    notice: null,
    sections,
    footer:
      "Answers give differences with 95 % intervals over seeds; their method stands in the report. Cost counts " +
      "what was generated for training, scoring and measuring, and the recorded time of all runs and cold " +
      "starts, whether or not they were executed for this report alone.",
  });
}
