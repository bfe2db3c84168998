/** What a bench prints. */

/** One figure. */
export interface BenchResult {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the design asks for, where it asks. */
  readonly target?: number;
}
