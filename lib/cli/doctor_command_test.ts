import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Finding, finding } from "../backend/finding.ts";
import { report } from "./doctor_command.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the task's permissions are enough, also where LD_LIBRARY_PATH is set; each line is JSON", async () => {
  const store = Deno.makeTempDirSync();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "doctor", "--json", "--store", store],
      cwd: ROOT,
      env: { LD_LIBRARY_PATH: store },
    }).output();
    equal(new TextDecoder().decode(stderr), "");
    equal(code, 0);
    const findings = new TextDecoder().decode(stdout).trim().split("\n")
      .map((line): Finding => JSON.parse(line));
    const state = (name: string) => findings.find((found) => found.name === name)?.state;
    equal(state("onnx cpu"), "ok");
    equal(state("tfjs wasm"), "ok");
    equal(state("onnxruntime-node"), "ok");
    equal(state("writable"), "absent"); // the task may write to the usual store alone
    deepEqual([...new Set(findings.map(({ area }) => area))].slice(0, 3), [
      "engines",
      "devices",
      "libraries",
    ]);
    // Whatever is absent or broken comes with what to do, or a device of its own says it.
    const silent = findings.filter((found) => found.state !== "ok" && found.fix === "");
    ok(
      silent.every(({ area }) => area === "engines" || area === "graphics"),
      JSON.stringify(silent),
    );
  } finally {
    Deno.removeSync(store, { recursive: true });
  }
});

Deno.test("the report puts what to do below what is wrong, and says whether processors can compute", () => {
  const good = [finding("engines", "deno", "ok", "2.9.6", { isNeeded: true })];
  equal(
    report([...good, finding("devices", "onnx cuda", "broken", "too old", { fix: "update it" })]),
    [
      "engines",
      "  ok      deno       2.9.6",
      "",
      "devices",
      "  broken  onnx cuda  too old",
      "                     → update it",
      "",
      "Runs on the processor have all they need.",
    ].join("\n"),
  );
  const bad = report([finding("engines", "deno", "broken", "1.0", { isNeeded: true })]);
  ok(bad.endsWith("Runs on the processor lack what is broken above."));
});
