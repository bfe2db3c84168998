/** A report: which sections, in which order. */
import type { AccuracyRow } from "../analysis/accuracy_curve.ts";
import type { Baselines } from "../analysis/baseline.ts";
import type { ExperimentResults } from "../analysis/results.ts";
import type { StepRow } from "../analysis/step_table.ts";
import type { Table } from "../analysis/table.ts";
import type { VegaLiteSpec } from "../../deps.ts";
import type { Html } from "./html/html.ts";
import type { ArmStyle } from "./render/theme.ts";

/** What a section is written from. */
export interface ReportContext {
  readonly results: ExperimentResults;
  /** Which arm each other one is compared with. */
  readonly baselines: Baselines;
  /** Where the report's own choice of a baseline could not be kept, a sentence about it. */
  readonly baselineNote: string | null;
  /** One per arm, in their order: the same in every figure. */
  readonly styles: readonly ArmStyle[];
  readonly steps: Table<StepRow>;
  readonly accuracy: Table<AccuracyRow>;
  /** "n = 3 seeds (0, 1, 2)": what a caption says. */
  readonly replicates: string;
  /** What differs between seeds, as a sentence. */
  readonly seedMeaning: string;
  /** A chart as a picture with a spoken label. */
  readonly svg: (spec: VegaLiteSpec, label: string) => Promise<Html>;
}

/** One part of the page. */
export interface Section {
  /** Anchor, also the start of the names of its data files. */
  readonly id: string;
  /** Entry in the table of contents, and heading. */
  readonly title: string;
  /** Null where the results have nothing to show: the section is then left out. */
  readonly write: (context: ReportContext) => Promise<Html | null>;
  /**
   * The answer in one sentence, with interval and n, for the index of reports; null where the results do not give
   * one yet. The first section that has such a function speaks for the report.
   */
  readonly sentence?: (
    context: Pick<ReportContext, "results" | "baselines">,
  ) => string | null | Promise<string | null>;
}

/** What to look at. */
export interface Report {
  readonly title?: string;
  /** Printed at the top of the page, where a reader has to know it first. */
  readonly notice?: string;
  /**
   * Name of the arm that the others are compared with; by default uniform sampling with the same other settings.
   * Flags can rename arms: where none has this name, the page says so and uses the default.
   */
  readonly baseline?: string;
  readonly sections: readonly Section[];
}

/** Returns the report as it is; its point is the type. */
export function defineReport(report: Report): Report {
  return report;
}
