/** The numbers of the answer as LaTeX macros, so that a paper cannot differ from its runs. */
import type { Comparison } from "../../analysis/comparison.ts";
import { formatP, outcomeFormat } from "../format.ts";
import { escapeLatex } from "./latex.ts";
import { slug } from "./slug.ts";

/** What `\vasari` needs; an unknown name is printed between question marks. */
const DEFINITION = `\\providecommand{\\vasari}[1]{\\ifcsname vasari@#1\\endcsname
  \\csname vasari@#1\\endcsname\\else\\textbf{??#1??}\\fi}`;

function valuesOf(comparison: Comparison): Readonly<Record<string, string>> {
  const { outcome, armMean, baselineMean, baseline, difference, low, high, n, p } = comparison;
  const format = outcomeFormat(outcome, baselineMean);
  return {
    mean: format.value(armMean),
    baseline,
    "baseline-mean": format.value(baselineMean),
    difference: format.difference(difference),
    interval: format.interval(low, high),
    n: String(n),
    p: formatP(p),
    verdict: comparison.verdict,
  };
}

/**
 * A file to `\input`: afterwards `\vasari{<experiment>/<outcome>/<arm>/<what>}` is that number as text.
 *
 * @param name the experiment's, which begins every macro's name
 */
export function answerMacros(name: string, comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap((comparison) => {
    const outcome = comparison.outcome.key.replace(/[A-Z]/g, (letter) => `-${letter}`);
    const path = [name, outcome, comparison.arm].map(slug).join("/");
    return Object.entries(valuesOf(comparison)).map(([what, value]) =>
      `\\expandafter\\def\\csname vasari@${path}/${what}\\endcsname{${escapeLatex(value)}}`
    );
  });
  return `% \\vasari{experiment/outcome/arm/what} is a number of the answer of ${slug(name)}.
${DEFINITION}
${lines.join("\n")}
`;
}
