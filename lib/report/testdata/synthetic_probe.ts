/** Synthetic probes, for tests of reports only: invented numbers in the shape of real ones. */
import { randomSource } from "../../core/random.ts";
import { gainColumns, type ProbeRow } from "../../schema/probe_row.ts";
import type { ProbeConfig } from "../../schema/run_config.ts";
import type { ProbeRecord } from "../../schema/run_record.ts";
import type { Columns } from "../../engine/engine_step.ts";

/** A probe after `step` steps with the files it names: pass rates over [0, 1], gradients that follow the variance. */
export function syntheticProbe(
  step: number,
  seed: number,
  { prompts, rollouts, stepSizes }: ProbeConfig,
): { readonly record: ProbeRecord; readonly files: ReadonlyMap<string, Columns> } {
  const random = randomSource(seed, "synthetic probe", step);
  const correct = Float32Array.from(
    { length: prompts * rollouts },
    (_, i) => random.next() < Math.floor(i / rollouts) / (prompts - 1) ? 1 : 0,
  );
  const rows = Array.from({ length: prompts }, (_, i): Record<string, number> => {
    const own = correct.subarray(i * rollouts, (i + 1) * rollouts);
    const passRate = own.reduce((sum, verdict) => sum + verdict, 0) / rollouts;
    if (stepSizes.length === 0) return { passRate };
    const variance = passRate * (1 - passRate), around = () => 1 + 0.2 * random.normal();
    const squared = 3 * variance * around();
    const row: ProbeRow = {
      passRate,
      freshPassRate: Math.min(1, Math.max(0, passRate + 0.03 * random.normal())),
      squaredGradNorm: squared,
      squaredGradNormError: 0.1 * squared,
      groupSquaredNorm: 1.5 * squared,
      groupSquaredNormStandardized: 6 * Math.abs(squared),
      withinPaths: 0.4 * variance,
      betweenPaths: 0.6 * variance,
      pathGap: 0.01 * random.normal(),
      pathGapError: 0.01,
      closedReasoning: 0.98,
      rightOtherwise: 0.01,
      ovs: variance,
      tdsInverseSelfBleu: 0.3 + 0.4 * random.next(),
      tdsDistinct3: 0.3 + 0.4 * random.next(),
      tdsEditDistance: 0.3 + 0.4 * random.next(),
    };
    const gains = stepSizes.flatMap((size, k) => {
      const names = gainColumns(k), gain = (size - 10 * size ** 2) * squared, error = 0.2 * size;
      return [
        [names.gain, gain + error * random.normal()],
        [names.gainError, error],
        [names.weightedGain, gain + 0.5 * error * random.normal()],
        [names.weightedGainError, 0.5 * error],
        [names.effectiveShare, 1 / (1 + 100 * size)],
      ] as const;
    });
    return { ...row, ...Object.fromEntries(gains) };
  });
  const columns = Object.fromEntries(
    Object.keys(rows[0]!).map((name) => [name, Float32Array.from(rows, (row) => row[name]!)]),
  );
  const counts = { training: 0, discarded: 0, scoring: 0, validation: 0 };
  const record: ProbeRecord = {
    kind: "probe",
    step,
    file: `probes/prompts-${step}.arrow`,
    outcomesFile: `probes/outcomes-${step}.arrow`,
    prompts,
    rolloutsPerPrompt: rollouts,
    stepSizes,
    rollouts: counts,
    tokens: counts,
    seconds: { total: 1 },
  };
  return {
    record,
    files: new Map<string, Columns>([[record.file, columns], [record.outcomesFile, { correct }]]),
  };
}
