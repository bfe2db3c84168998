import { deepEqual, equal, match } from "node:assert/strict";
import { createJudge } from "./judge.ts";
import { lmmR1Rewards } from "./presets.ts";
import { remoteReward } from "./remote.ts";
import { rewards } from "./reward_config.ts";
import { serveReward } from "./serve.ts";
import { makeRollout } from "./testdata/inputs.ts";

/** Calls `body` with the address of a served reward model. */
async function withReward(body: (url: string) => Promise<void>): Promise<void> {
  let url = "";
  const onListen = (address: string) => void (url = address);
  const server = await serveReward({ port: 0, verifier: "exact", onListen });
  try {
    await body(url);
  } finally {
    await server.shutdown();
  }
}

async function post(url: string, body: unknown): Promise<{ status: number; answer: unknown }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text });
  return { status: response.status, answer: await response.json() };
}

const RIGHT = "<think>3 + 4</think><answer>\\boxed{7}</answer>";

Deno.test("serveReward() gives a remote reward what the same judge gives here", async () => {
  const texts = [
    RIGHT,
    RIGHT.replace("7}", "8}"),
    `${RIGHT} so`,
    "7",
    "",
    "Assistant: 7",
    "3 + 4 = ?",
  ];
  const rollouts = texts.map((text) => makeRollout({ text }));
  const lmmR1 = lmmR1Rewards({ accuracy: { weight: 1, verifier: "exact" } });
  const here = await (await createJudge(lmmR1, { maxTokens: 16 }))(rollouts, 1);
  await withReward(async (url) => {
    const config = rewards({
      accuracy: { weight: 0, verifier: "exact" },
      format: { weight: 0, rule: "boxed" },
      remote: [remoteReward(url, { batchSize: 2 })],
    });
    const there = await (await createJudge(config, { maxTokens: 16 }))(rollouts, 1);
    deepEqual(there.map(({ reward }) => reward), here.map(({ reward }) => reward));
    deepEqual(
      there.map(({ components }) => [
        components.remote,
        components["remote.acc_rewards"],
        components["remote.format_rewards"],
      ]),
      here.map(({ components }) => [0, components.accuracy, components.format]),
    );
  });
});

Deno.test("serveReward() finds the response behind the words of a template, and the key in a formula", async () => {
  await withReward(async (url) => {
    const query = [
      `<|im_start|>user\n3 + 4 = ?<|im_end|>\n<|im_start|>assistant\n${RIGHT}<|im_end|>`,
      `User: 3 + 4 = ?\n\nAssistant: ${RIGHT}<|endoftext|>`,
      `3 + 4 = ?${RIGHT}`,
      RIGHT,
    ];
    const prompts = query.map(() => "3 + 4 = ?"), labels = ["$7$", "7", " $7$ ", "7"];
    deepEqual(await post(url, { query, prompts, labels }), {
      status: 200,
      answer: {
        rewards: [1.5, 1.5, 1.5, 1.5],
        format_rewards: [0.5, 0.5, 0.5, 0.5],
        acc_rewards: [1, 1, 1, 1],
      },
    });
  });
});

Deno.test("serveReward() answers a bad request with 400 and what is wrong", async () => {
  const faults: readonly (readonly [unknown, RegExp])[] = [
    ["{", /^expected JSON, got a fault: /],
    [[], /each a list of texts; the body is none$/],
    [{ query: ["a"], prompts: ["a"] }, /each a list of texts; labels is none$/],
    [{ query: ["a"], prompts: [1], labels: ["a"] }, /; prompts is none$/],
    [{ query: ["a"], prompts: [], labels: ["a"] }, /got 1 query, 0 prompts and 1 labels$/],
  ];
  await withReward(async (url) => {
    for (const [body, message] of faults) {
      const { status, answer } = await post(url, body);
      equal(status, 400);
      match((answer as { error: string }).error, message);
    }
    equal((await post(`${url}s`, {})).status, 404);
    const got = await fetch(url);
    deepEqual([got.status, await got.json()], [405, { error: "expected POST, got GET" }]);
  });
});

Deno.test("serveReward() is there for this machine only", async () => {
  await withReward((url) => Promise.resolve(equal(new URL(url).hostname, "127.0.0.1")));
});
