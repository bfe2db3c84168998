import { deepEqual, equal, throws } from "node:assert/strict";
import { parseArguments, resumeCommand } from "./arguments.ts";
import { usage } from "./commands.ts";

Deno.test("parseArguments() reads a command with every flag", () => {
  const words =
    "run a.ts --seeds 1..3 --set a.b=1,2 --set c=[3] --filter vas --force --retry-failed";
  deepEqual(
    parseArguments([
      ...words.split(" "),
      "--fail-fast",
      "--json",
      "--jobs=4",
      "--store",
      "s",
      "--device=cuda",
    ]),
    {
      command: "run",
      file: "a.ts",
      otherFile: null,
      operands: ["a.ts"],
      seeds: "1..3",
      set: ["a.b=1,2", "c=[3]"],
      setA: [],
      setB: [],
      filter: ["vas"],
      quick: false,
      force: true,
      retryFailed: true,
      failFast: true,
      json: true,
      jobs: 4,
      backend: null,
      device: "cuda",
      store: "s",
      check: false,
      index: null,
      to: null,
      effect: 0.02,
      port: 5000,
      verifier: "math",
      format: null,
      split: null,
      checkpoint: null,
      samples: null,
      temperature: null,
      seed: null,
      by: null,
      generations: null,
      keys: null,
    },
  );
});

Deno.test("parseArguments() fills in what is not given", () => {
  deepEqual(parseArguments(["plan", "a.ts"]), {
    command: "plan",
    file: "a.ts",
    otherFile: null,
    operands: ["a.ts"],
    seeds: null,
    set: [],
    setA: [],
    setB: [],
    filter: [],
    quick: false,
    force: false,
    retryFailed: false,
    failFast: false,
    json: false,
    jobs: null,
    backend: null,
    device: "auto",
    store: "runs",
    check: false,
    index: null,
    to: null,
    effect: 0.02,
    port: 5000,
    verifier: "math",
    format: null,
    split: null,
    checkpoint: null,
    samples: null,
    temperature: null,
    seed: null,
    by: null,
    generations: null,
    keys: null,
  });
  equal(parseArguments(["show-data"])?.file, null);
  equal(parseArguments(["setup:cuda", "--check"])?.check, true);
  equal(parseArguments(["run", "--help"]), null);
});

Deno.test("parseArguments() takes two experiments to compare, each with settings of its own", () => {
  const given = parseArguments("compare a.ts b.ts@old --set-b x.y=1 --set-a x.y=2".split(" "))!;
  deepEqual([given.file, given.otherFile, given.setA, given.setB], [
    "a.ts",
    "b.ts@old",
    ["x.y=2"],
    ["x.y=1"],
  ]);
});

const faults: readonly [string, RegExp][] = [
  [
    "run a.ts --retry-faild",
    /^ConfigError: --retry-faild: unknown flag; did you mean "--retry-failed"\?/,
  ],
  ["run a.ts --job=3", /--job: unknown flag; did you mean "--jobs"\?/],
  ["run a.ts -x", /-x: unknown flag/],
  [
    "run a.ts --device gpu",
    /--device: expected one of auto, cpu, cuda, webgpu, tensorrt, wasm, got "gpu"/,
  ],
  [
    "run a.ts --backend onx",
    /--backend: expected one of onnx, tfjs, got "onx"; did you mean "onnx"/,
  ],
  ["run a.ts --jobs 0", /--jobs: expected a whole number from 1 to 9999, got "0"/],
  ["run a.ts --jobs two", /--jobs: .* got "two"/],
  ["power a.ts --effect 2", /--effect: expected a share above 0 and below 1, got "2"/],
  ["power a.ts --effect 0x1", /--effect: .* got "0x1"/],
  ["run a.ts --effect 0.1", /--effect: no flag of "run", only of power/],
  ["run a.ts --store", /--store: expected DIR, got nothing/],
  ["run a.ts --store a --store b", /--store: expected it once, got a and b/],
  ["run", /run: expected one FILE, got none/],
  ["compare a.ts", /compare: expected FILE\[@STORE\] FILE\[@STORE\], got a\.ts/],
  ["report a.ts --set-a b=1", /--set-a: no flag of "report", only of compare/],
  ["run a.ts b.ts", /run: expected one FILE, got a\.ts b\.ts/],
  ["rum a.ts", /command: expected one of run, plan, .* got "rum"; did you mean "run"\?/],
  ["serve-reward a.ts", /serve-reward: expected flags only, got a\.ts/],
  ["serve-reward --port 70000", /--port: expected a whole number from 0 to 65535, got "70000"/],
  ["serve-reward --verifier maths", /--verifier: expected one of .*; did you mean "math"\?/],
  ["run a.ts --port 1", /--port: no flag of "run", only of serve-reward/],
  ["", /command: expected one of .*, got nothing/],
  ["report a.ts --to d", /--to: no flag of "report", only of export/],
  ["plan a.ts --force", /--force: no flag of "plan", only of run/],
  ["show-data --seeds 3", /--seeds: no flag of "show-data"/],
];
for (const [words, message] of faults) {
  Deno.test(`parseArguments() refuses "${words}"`, () => {
    throws(() => parseArguments(words.split(" ").filter((word) => word !== "")), message);
  });
}

Deno.test("usage() names every flag of a command and no other", () => {
  const text = usage("plan");
  deepEqual([...text.matchAll(/--([a-z-]+)/g)].map(([, name]) => name), [
    "seeds",
    "set",
    "quick",
    "filter",
    "jobs",
    "json",
    "store",
    "help",
  ]);
});

Deno.test("resumeCommand() quotes for a shell and does not force again", () => {
  equal(
    resumeCommand(
      ["run", "a.ts", "--force", "--filter", "λ > 0", "--set", "a=[1,'x']"],
      "deno task",
    ),
    `deno task run a.ts --filter 'λ > 0' --set 'a=[1,'\\''x'\\'']'`,
  );
});
