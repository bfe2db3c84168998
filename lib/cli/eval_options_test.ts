import { deepEqual, equal, match, throws } from "node:assert/strict";
import { wilson } from "../core/statistics.ts";
import { createMicroMath, microMath } from "../dataset/micro_math.ts";
import { randomSource } from "../core/random.ts";
import { splitResult } from "../report/testdata/synthetic_results.ts";
import { parseArguments } from "./arguments.ts";
import { evalOptions } from "./eval_options.ts";
import { evalText, type Evaluated } from "./eval_text.ts";

const options = (...args: string[]) => evalOptions(parseArguments(["eval", "0123", ...args])!);

Deno.test("evalOptions() reads its flags, and leaves to the run what is not given", () => {
  const none = { samples: null, temperature: null, seed: null, by: null };
  deepEqual(options(), { splits: ["validation"], checkpoint: "last", ...none });
  deepEqual(options("--split=all", "--checkpoint=best").splits, "all");
  deepEqual(options("--split", "verse, chart,verse").splits, ["verse", "chart"]);
  const given = options("--checkpoint=35", "--samples=8", "--temperature=0.5", "--seed=0");
  deepEqual({ ...given, splits: [] }, {
    splits: [],
    checkpoint: 35,
    samples: 8,
    temperature: 0.5,
    seed: 0,
    by: null,
  });
  equal(options("--by=level").by, "level");
});

Deno.test("evalOptions() names the flag that is wrong, what it expects and what came", () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [
      ["--checkpoint=first"],
      /^ConfigError: --checkpoint: expected last, best or a step, got "first"/,
    ],
    [["--samples=0"], /--samples: expected a whole number from 1 to 1024, got "0"/],
    [["--samples=2000"], /from 1 to 1024, got "2000"/],
    [["--temperature=11"], /--temperature: expected a number from 0 to 10, got "11"/],
    [["--temperature=warm"], /got "warm"/],
    [["--temperature=."], /got "\."/],
    [["--seed=-1"], /--seed: expected a whole number/],
    [["--by=colour"], /--by: expected one of family, level, modality, source, got "colour"/],
    [["--split=verse,"], /--split: expected names with commas between them, got "verse,"/],
    [["--temperature=0", "--samples=4"], /--samples: expected 1 with a temperature of 0/],
  ];
  for (const [args, message] of cases) throws(() => options(...args), message);
});

const { validation } = createMicroMath(
  microMath({ prompts: 4, validationPrompts: 96, benchmarkPrompts: 4 }),
);
const evaluated = (options: Partial<Evaluated> = {}): Evaluated => ({
  run: "0123456789abcdef",
  label: null,
  seed: 2,
  evaluationSeed: 2,
  step: 70,
  temperature: 0.5,
  samples: 1,
  splits: { validation: splitResult(0.5, validation, randomSource(0, "test")) },
  ...options,
});

Deno.test("evalText() names a single run above its table, with Wilson's interval over prompts", () => {
  const { low, high } = wilson(48, 96);
  const percent = (share: number) => (100 * share).toFixed(1);
  const [about, table, ...rest] = evalText([evaluated()], null).split("\n\n");
  equal(
    about,
    "0123456789abcdef, seed 2: policy after step 70, temperature 0.5, 1 response to each prompt",
  );
  match(
    table!,
    /^split +prompts +accuracy +95 % interval +format +tokens\nvalidation +96 +50\.0 % /,
  );
  match(table!, new RegExp(`\\[${percent(low)}, ${percent(high)}\\] +98\\.0 % +9\\.0$`));
  deepEqual(rest, []);
  const [, , slices] = evalText([evaluated()], "modality").split("\n\n");
  match(
    slices!,
    /^split +modality +prompts +accuracy +95 % interval\nvalidation +image .*\nvalidation +text /,
  );
});

Deno.test("evalText() of several responses has a table by their number; one of several runs a row each", () => {
  const sampled = evaluated({
    samples: 4,
    splits: { validation: splitResult(0.5, validation, randomSource(0, "test"), 4) },
  });
  const [about, table, draws] = evalText([sampled], null).split("\n\n");
  match(about!, /4 responses to each prompt$/);
  match(table!, /pass@4 +majority@4 +worst@4\n.* 93\.8 % +[\d.]+ % +6\.3 %$/); // 1 − ½⁴ and ½⁴
  deepEqual(draws!.split("\n").map((line) => line.split(/ {2,}/)[1]?.trim()), ["k", "1", "2", "4"]);
  const runs = [0, 1].map((seed) => evaluated({ label: "VAS", seed, run: `run${seed}` }));
  const lines = evalText(runs, null).split("\n");
  equal(lines.length, 3);
  match(lines[0]!, /^case +seed +run +step +split/);
  match(lines[2]!, /^VAS +1 +run1 +70 +validation/);
});
