import { deepEqual, equal, match, throws } from "node:assert/strict";
import { cosineLength } from "./cosine_length.ts";
import { customReward } from "./custom.ts";
import { dynamicLength } from "./dynamic_length.ts";
import { overlong } from "./overlong.ts";
import { easyR1Rewards, lmmR1Rewards, mmEurekaRewards, mmr1Rewards } from "./presets.ts";
import { remoteReward } from "./remote.ts";
import { repetition } from "./repetition.ts";
import { pinReward, rewardFaults, rewards, rewardSchema } from "./reward_config.ts";
import { tagCount } from "./tag_count.ts";
import { stopProperly } from "./truncation.ts";

const EVERYTHING = rewards({
  repetition: repetition(),
  cosineLength: cosineLength(),
  overlong: overlong({ buffer: 4 }),
  dynamicLength: dynamicLength({ target: 8 }),
  tagCount: tagCount(),
  custom: customReward("short.ts", { weight: 0.5 }),
  remote: [remoteReward("http://localhost:5000/get_reward")],
  truncation: stopProperly(-0.5),
});

Deno.test("rewardSchema takes what the constructors give, and gives it back", () => {
  const configs = [
    rewards(),
    EVERYTHING,
    mmr1Rewards(),
    mmEurekaRewards(),
    easyR1Rewards(),
    lmmR1Rewards(),
  ];
  for (const config of configs) deepEqual(rewardSchema.parse(config), config);
});

Deno.test("rewardSchema refuses what has no meaning", () => {
  const faults: readonly (readonly [keyof typeof EVERYTHING, object])[] = [
    ["accuracy", { verifier: "lenient" }],
    ["format", { rule: "none" }],
    ["format", { weight: NaN }],
    ["repetition", { ngram: 0 }],
    ["repetition", { penalty: -1 }],
    ["cosineLength", { minWrong: 2 }],
    ["overlong", { buffer: 0 }],
    ["overlong", { factor: -1 }],
    ["dynamicLength", { target: 0.5 }],
    ["remote", { urls: [] }],
    ["remote", { urls: ["localhost:5000"] }],
    ["remote", { urls: ["file:///etc/passwd"] }],
    ["remote", { tries: 0 }],
    ["remote", { timeoutSeconds: 0 }],
    ["custom", { digest: "abc" }],
    ["custom", { module: "" }],
    ["truncation", { reward: null }],
    ["tagCount", { wait: 1 }],
  ];
  for (const [name, change] of faults) {
    const config = { ...EVERYTHING, [name]: { ...EVERYTHING[name], ...change } };
    equal(rewardSchema.safeParse(config).success, false, JSON.stringify(change));
  }
});

Deno.test("rewardFaults() names terms that no response of so few tokens could reach", () => {
  deepEqual(rewardFaults(EVERYTHING, 8), []);
  deepEqual(rewardFaults(EVERYTHING, 3).map(({ path }) => path.join(".")), [
    "overlong.buffer",
    "dynamicLength.target",
  ]);
  const [fault] = rewardFaults(rewards({ overlong: overlong() }), 16);
  match(fault!.problem, /expected at most decoding\.maxTokens \(16\), got 4096/);
  equal(rewardFaults(rewards({ repetition: repetition() }), 2).length, 1);
  deepEqual(rewardFaults(mmr1Rewards(), 16), [], "upstream's own n-grams stay as published");
});

Deno.test("pinReward() changes nothing where no file is named, and names a missing one", () => {
  const config = rewards();
  equal(pinReward(config), config);
  throws(
    () => pinReward(rewards({ custom: customReward("no_such_file.ts") })),
    /^ConfigError: reward\.custom\.module: expected a file to read, got .*no_such_file\.ts/,
  );
});

Deno.test("rewardFaults() wants a name of its own for every remote model", () => {
  const url = "http://localhost:5000/get_reward";
  const of = (...names: string[]) =>
    rewardFaults(rewards({ remote: names.map((name) => remoteReward(url, { name })) }), 16);
  deepEqual(of("safety", "helpfulness"), []);
  deepEqual(of("safety", "safety").map(({ path }) => path), [["remote", "1", "name"]]);
  match(of("accuracy")[0]!.problem, /got "accuracy"$/);
});
