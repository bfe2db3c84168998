/** What lies in an export, in words. */

/** A file of the export, by its path below the folder. */
export interface ExportedFile {
  readonly file: string;
  /** Caption, label or title. */
  readonly about: string;
}

const LAYOUT = `## Figures

Every figure as SVG, PNG and its data as CSV; where one has several charts, each of them is there with a number too.
They are sized for print: a chart of 356 px fills a column of 85 mm, two of them a page, and type is 7.4 pt high. PNGs have
three pixels for each of these, about 320 per inch. Colours are those of the page on white; an arm has the same colour and
dashes in every figure.

## Tables

LaTeX (\`\\\\usepackage{booktabs}\`, \`\\\\input{tables/…}\`), Markdown and CSV. Where a table says so: bold is the best, a dagger is not
shown to be worse, and ± is half of the interval.

\`numbers.tex\` defines \`\\\\vasari{experiment/outcome/arm/what}\` for the numbers of the answer, where \`what\` is mean, baseline,
baseline-mean, difference, interval, n, p or verdict.

## Records

Parquet (Snappy), of every run of every status and of the cold starts, wide: a row per record and a column per field, nested
fields by their path (\`seconds.total\`), lists as JSON. All files begin with \`run\`, \`arm\` and \`seed\`; cold starts have no arm
and no seed, and a run that two arms share stands in both. \`runs\` has status and settings (JSON) of each run. \`scores\`
has a row per prompt and refresh, \`probe_prompts\` and \`probe_outcomes\` those of a probe; \`prompt\` is the row's number.

\`generations.jsonl\`, where runs kept responses, has one of them per line: \`input\`, \`output\`, \`gts\`, \`score\` and \`step\` as in
verl's dumps, then where it comes from and the terms of its score.

\`logs\` has every finished run once more, a line per step, as the file loggers of EasyR1 (keys nested at each slash) and
verl (flat, below \`data\`) write it: what reads their logs reads these.
`;

/** The text of README.md. */
export function readme(title: string, question: string, files: readonly ExportedFile[]): string {
  const listed = Map.groupBy(files, ({ about }) => about);
  const items = [...listed].map(([about, found]) =>
    `- ${found.map(({ file }) => `\`${file}\``).join(", ")}${about === "" ? "" : `: ${about}`}`
  );
  return `# ${title}\n\n${question}\n\n${LAYOUT}\n## Files\n\n${items.join("\n")}\n`;
}
