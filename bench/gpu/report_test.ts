import { deepEqual, equal, ok } from "node:assert/strict";
import type { Measurement } from "./measurement.ts";
import { markdown, measurementRow, summaries } from "./report.ts";

/** A measurement with some fields of one's own. */
function measured(fields: Partial<Measurement>): Measurement {
  return {
    part: "train",
    policy: "small",
    size: "0.82 M",
    batch: { prompts: 128, groupSize: 8, tokens: 40 },
    side: "PyTorch",
    name: "PyTorch eager",
    precision: "float32",
    settings: "",
    seconds: 1,
    tokensPerSecond: 40960,
    bytes: 2 ** 30,
    allocatedBytes: null,
    note: "",
    ...fields,
  };
}

const OURS = measured({ side: "ours", name: "onnx cuda", precision: "TF32", seconds: 0.1 });

Deno.test("summaries() put the fastest of ours beside the fastest of PyTorch's, in either precision", () => {
  const [found, ...others] = summaries([
    measured({ seconds: 0.6 }),
    measured({ name: "PyTorch eager, prompts shared", seconds: 0.4 }),
    measured({ name: "PyTorch compiled, prompts shared", seconds: 0.3 }),
    measured({ precision: "TF32", seconds: 0.25 }),
    measured({ name: "PyTorch compiled", precision: "TF32", seconds: 0.2 }),
    measured({ name: "PyTorch compiled, CUDA graphs", precision: "TF32", seconds: 0.15 }),
    OURS,
    { ...OURS, seconds: 0.2 },
  ]);
  deepEqual(others, []);
  equal(found!.ours.seconds, 0.1);
  deepEqual(rounded(found!.alike), { eager: 2.5, compiled: 1.5 });
  deepEqual(rounded(found!.asItComes), { eager: 4, compiled: 3 });
});

const rounded = (ratios: object) =>
  Object.fromEntries(
    Object.entries(ratios).map(([name, value]) => [name, Number(value.toFixed(6))]),
  );

Deno.test("summaries() compare neither failures, nor other models, nor other batches, parts and policies", () => {
  const [found, ...others] = summaries([
    OURS,
    measured({ precision: "TF32", seconds: null }),
    measured({ precision: "TF32", name: "Transformers generate" }),
    measured({ precision: "TF32", batch: { prompts: 32, groupSize: 8, tokens: 40 } }),
    measured({ precision: "TF32", part: "rollout" }),
    measured({ precision: "TF32", policy: "large" }),
    { ...OURS, name: "onnx webgpu", seconds: null },
  ]);
  deepEqual(others, []);
  deepEqual(found!.alike, { eager: null, compiled: null });
});

Deno.test("markdown() has a table of as many columns in every row, and says what failed", () => {
  const page = markdown(summaries([OURS, measured({ precision: "TF32", seconds: 0.2 })]), {
    machine: "a GPU",
    versions: "torch 2",
    command: "deno task bench:gpu",
    revision: "commit abc",
    memory: "as counted",
    conformance: ["onnx cuda: 9 of 9 cases hold"],
    failures: ["tfjs cuda: not there"],
  });
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  equal(rows.length, 3);
  equal(new Set(rows.map((row) => row.split("|").length)).size, 1);
  ok(rows[2]!.includes("| onnx cuda | TF32 | 100 ms | 41,000 | 2.00 | – |"), rows[2]);
  ok(page.includes("- tfjs cuda: not there"));
});

Deno.test("measurementRow() shows a failure as one", () => {
  const row = measurementRow(
    measured({ seconds: null, tokensPerSecond: null, bytes: null, note: "failed: no memory" }),
  );
  deepEqual(row.slice(5, 9), ["–", "–", "–", "–"]);
  equal(row.at(-1), "failed: no memory");
});
