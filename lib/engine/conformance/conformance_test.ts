import { deepEqual, equal, ok } from "node:assert/strict";
import { type ConformanceReport, conformanceReports } from "./all.ts";
import { CONFORMANCE_CASES, toleranceOf } from "./cases.ts";
import { largestDifference, type Measurement } from "./measure.ts";

import { readReference } from "./run.ts";

/** Few enough for a test, and too many for one that keeps every update's tensors. */
const UPDATES = 100;

for (const [backend, device] of [["onnx", "cpu"], ["tfjs", "wasm"]] as const) {
  // In a process of its own, as the command runs it: memory is the whole process's.
  Deno.test(`${backend} on ${device} passes the conformance suite`, async (t) => {
    for await (const report of conformanceReports(backend, device, UPDATES)) {
      const { results } = report as Extract<ConformanceReport, { results: unknown }>;
      deepEqual(results.map(({ name }) => name), CONFORMANCE_CASES.map(({ name }) => name));
      for (const { name, ok: holds, detail } of results) {
        await t.step(name, () => ok(holds, detail));
      }
    }
  });
}

Deno.test("largestDifference() finds what is off, however little, and whatever is not a number", async () => {
  const reference = await readReference();
  equal(largestDifference(reference, reference).difference, 0);
  const withNorm = (gradNorm: number): Measurement => ({
    ...reference,
    critic: { ...reference.critic!, gradNorm },
  });
  const norm = reference.critic!.gradNorm;
  const { difference, where } = largestDifference(withNorm(norm * 1.001), reference);
  ok(difference > toleranceOf({ backend: "onnx", device: "cpu", threads: 1 }));
  equal(where, "critic: gradient norm");
  ok(Number.isNaN(largestDifference(withNorm(NaN), reference).difference));
});

Deno.test("conformanceReports() says why a device that is not there was skipped", async () => {
  for await (const report of conformanceReports("onnx", "tensorrt", 1)) {
    if ("skipped" in report) ok(/--device: .*tensorrt/.test(report.skipped), report.skipped);
    else ok(report.results.length > 0);
  }
});
