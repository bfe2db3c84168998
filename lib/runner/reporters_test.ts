import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type ProgressEvent, ProgressState, type TaskProgress } from "./progress.ts";
import { createReporter, type ReporterOptions } from "./reporters.ts";

const task = (changes: Partial<TaskProgress> = {}): TaskProgress => ({
  name: "0123",
  kind: "run",
  label: "random, seed 0",
  beginsFrom: null,
  step: 0,
  steps: 10,
  summary: "",
  ...changes,
});

const other = task({ name: "4567", label: "VAS, λ = 1, seed 0" });
const step = (changes: Partial<TaskProgress>): ProgressEvent => ({
  event: "step",
  task: task(changes),
});

const EVENTS: readonly ProgressEvent[] = [
  { event: "plan", runs: 3, done: 1, tasks: [task(), other], jobs: 2 },
  { event: "started", task: task() },
  { event: "started", task: other },
  step({ step: 4, summary: "accuracy 0.400" }),
  step({ step: 5, summary: "accuracy 0.500" }),
  { event: "finished", task: task({ step: 10, summary: "accuracy 0.600" }), seconds: 95 },
  { event: "failed", task: other, message: "out of luck", log: "runs/4567/log.txt" },
];

function printed(options: Partial<ReporterOptions>): { out: string; err: string } {
  const texts = { out: "", err: "" };
  let now = 0;
  const reporter = createReporter({
    json: false,
    terminal: false,
    colour: false,
    columns: () => 60,
    out: (text) => void (texts.out += text),
    err: (text) => void (texts.err += text),
    now: () => now += 1000,
    ...options,
  });
  for (const event of EVENTS) reporter.report(event);
  reporter.close();
  // The escape character as something that can be read, and matched.
  return { out: texts.out, err: texts.err.replaceAll("\x1b", "␛") };
}

Deno.test("createReporter() writes one line per event where there is no terminal", () => {
  const { out, err } = printed({});
  equal(out, "");
  const lines = err.trimEnd().split("\n");
  equal(lines[0], "3 runs: 1 done, 2 to execute, 2 at a time");
  deepEqual(lines.slice(1, 3), ["started random, seed 0", "started VAS, λ = 1, seed 0"]);
  match(lines[3]!, /^random, seed 0: step 5 of 10, accuracy 0\.500; about \d+ s left in all$/);
  equal(lines[4], "finished random, seed 0 in 1:35: accuracy 0.600");
  deepEqual(lines.slice(5), [
    "failed VAS, λ = 1, seed 0: out of luck",
    "  log: runs/4567/log.txt",
  ]);
});

Deno.test("createReporter() says what a failure keeps from beginning", () => {
  const blocked = ["b", "c", "d", "e", "f"].map((label) => task({ name: label, label }));
  const lines = (count: number) => {
    let text = "";
    const reporter = createReporter({
      json: false,
      terminal: false,
      colour: false,
      err: (line) => void (text += line),
    });
    reporter.report({ event: "blocked", task: other, blocked: blocked.slice(0, count) });
    return text;
  };
  equal(lines(2), "not begun, since VAS, λ = 1, seed 0 failed: b; c\n");
  equal(lines(4), "not begun, since VAS, λ = 1, seed 0 failed: b; c; d; e\n");
  equal(lines(5), "not begun, since VAS, λ = 1, seed 0 failed: b; c; d and 2 more\n");
});

Deno.test("createReporter() writes every event as a JSON line on the output stream when asked", () => {
  const { out, err } = printed({ json: true });
  equal(err, "");
  deepEqual(out.trimEnd().split("\n").map((line) => JSON.parse(line)), EVENTS);
});

Deno.test("createReporter() draws over its own lines on a terminal, and keeps what happened", () => {
  const { err } = printed({ terminal: true });
  const screen = replay(err);
  deepEqual(screen, [
    "3 runs: 1 done, 2 to execute, 2 at a time",
    "finished random, seed 0 in 1:35: accuracy 0.600",
    "failed VAS, λ = 1, seed 0: out of luck",
    "  log: runs/4567/log.txt",
    "",
  ]);
  ok(err.includes("█"), "there was a bar");
  ok(
    err.split("\n").every((line) => line.replace(/␛\[\d*[AJ]|\r/gu, "").length < 60),
    "none wraps",
  );
});

Deno.test("createReporter() uses colours only when asked", () => {
  ok(!/␛\[\d+m/u.test(printed({ terminal: true }).err));
  ok(/␛\[31mfailed/u.test(printed({ terminal: true, colour: true }).err));
});

/** What a terminal shows after `text`: it knows "up", "erase below" and line ends. */
function replay(text: string): string[] {
  const lines = [""];
  let row = 0;
  for (const [token, up] of text.matchAll(/␛\[(\d*)[AJ]|\r|\n|[^␛\r\n]+/gu)) {
    if (token.endsWith("A") && token.startsWith("␛")) row -= Number(up);
    else if (token.startsWith("␛")) lines.splice(row, lines.length, "");
    else if (token === "\n") lines[++row] ??= "";
    else if (token !== "\r") lines[row] += token;
  }
  return lines;
}

Deno.test("ProgressState.secondsLeft() is steps left times seconds per step over the workers", () => {
  let now = 0;
  const state = new ProgressState(() => now);
  state.apply({
    event: "plan",
    runs: 4,
    done: 0,
    tasks: ["a", "b", "c", "d"].map((name) => task({ name })),
    jobs: 2,
  });
  state.apply({ event: "started", task: task({ name: "a" }) });
  state.apply({ event: "started", task: task({ name: "b", step: 5 }) }); // resumed
  equal(state.secondsLeft(), null);
  now = 10_000;
  state.apply(step({ name: "a", step: 3 }));
  state.apply(step({ name: "b", step: 7 }));
  // 20 s of work for 5 steps: 4 s a step; 7 + 3 + 10 + 10 steps are left, on 2 workers.
  equal(state.secondsLeft(), 60);
});

Deno.test("ProgressState.secondsLeft() is that of the longest chain of stages where the others end before", () => {
  let now = 0;
  const state = new ProgressState(() => now);
  const stages = [
    task({ name: "a", beginsFrom: "cold" }),
    task({ name: "b", beginsFrom: "a" }),
    task({ name: "c", beginsFrom: "b" }),
    task({ name: "d", beginsFrom: "cold" }),
  ];
  state.apply({ event: "plan", runs: 4, done: 0, tasks: stages, jobs: 4 });
  state.apply({ event: "started", task: stages[0]! });
  now = 10_000;
  state.apply(step({ name: "a", beginsFrom: "cold", step: 5 }));
  // 2 s a step; a, b and c have 25 steps left one after the other, all four 35.
  equal(state.secondsLeft(), 50);
  state.apply({ event: "blocked", task: stages[0]!, blocked: [stages[2]!] });
  equal(state.secondsLeft(), 30);
  deepEqual([state.blocked, state.failed], [1, 0]);
});
