import { equal, ok } from "node:assert/strict";
import type { Places } from "../backend/device_libraries.ts";
import type { Target } from "../backend/target.ts";
import { EXIT } from "./exit.ts";
import { reportTarget } from "./report_target.ts";

/** The exit code, and the lines that were printed. */
async function reported(target: Target, places?: Places) {
  const lines: string[] = [], log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    return { exit: await reportTarget(target, "it", places), lines };
  } finally {
    console.log = log;
  }
}

Deno.test("reportTarget() tries what lacks nothing", async () => {
  const { exit, lines } = await reported({ backend: "tfjs", device: "wasm" });
  equal(exit, EXIT.done, lines.join("\n"));
  ok(/^it computes what it should, tried in [\d.]+ s$/.test(lines.join("\n")));
});

Deno.test("reportTarget() names every file that is missing, with the way to get it", async () => {
  const loader = { environment: [], cache: new Map(), folders: [] };
  const target = { backend: "onnx", device: "cuda" } as const;
  const { exit, lines } = await reported(target, { onnx: "/nowhere", loader });
  equal(exit, EXIT.failed);
  ok(lines.length > 0 && lines.every((line) => /^missing: .+: .+/.test(line)), lines.join("\n"));
});
