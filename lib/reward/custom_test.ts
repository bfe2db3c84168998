import { deepEqual, equal, match, notEqual, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { customReward, loadCustomReward, pinCustomReward } from "./custom.ts";
import { createJudge } from "./judge.ts";
import { pinReward, rewards } from "./reward_config.ts";
import { makeInput, makeRollout } from "./testdata/inputs.ts";

/** Calls `body` with the path of a module that holds `text`, and a function that replaces it. */
async function withModule(
  text: string,
  body: (module: string, write: (text: string) => void) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const module = join(folder, "reward.ts");
  const write = (text: string) => Deno.writeTextFileSync(module, text);
  try {
    write(text);
    await body(module, write);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const BREVITY = `export default ({ prompt, response, maxTokens }: {
  prompt: { answer: string };
  response: { length: number };
  maxTokens: number;
}) => prompt.answer.length - response.length / maxTokens;`;

Deno.test("a custom reward sees prompt, response and limit, and is weighed", async () => {
  await withModule(BREVITY, async (module) => {
    const config = pinReward(rewards({ custom: customReward(module, { weight: 2 }) }));
    const judge = await createJudge(config, { maxTokens: 16 });
    const [score] = await judge([makeRollout({ answer: "12", tokens: 4 })], 1);
    deepEqual(score!.components, { accuracy: 0, format: 0, custom: 3.5 });
  });
});

Deno.test("pinCustomReward() pins the file's content: SHA-256, refused once it has changed", async () => {
  await withModule("export default () => 1;\n", async (module, write) => {
    const pinned = pinCustomReward(customReward(module));
    // sha256sum of the same bytes
    match(pinned.digest!, /^[0-9a-f]{64}$/);
    equal(pinned.digest, "8c82a9fbc4d25d149821309f8ad2a57ec49665d53b27fb39284e314603f9d3e8");
    deepEqual(pinCustomReward(pinned), pinned);
    equal((await loadCustomReward(pinned))(makeInput()), 1);
    write("export default () => 2;\n");
    const changed = /reward\.custom\.module: expected .* to be the file that was planned with/;
    throws(() => pinCustomReward(pinned), changed);
    await rejects(loadCustomReward(pinned), changed);
    const again = pinCustomReward(customReward(module));
    notEqual(again.digest, pinned.digest);
    equal(
      (await loadCustomReward(again))(makeInput()),
      2,
      "the new file, not the one loaded before",
    );
  });
});

Deno.test("loadCustomReward() refuses what is not pinned, no module, or no function", async () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["export const reward = () => 1;", /to have a function as its default export, got undefined/],
    ["export default 1;", /to have a function as its default export, got number/],
    ["export default (", /expected a module, got a fault/],
    ["throw new Error('no luck');", /expected a module, got a fault: no luck/],
  ];
  for (const [text, message] of faults) {
    await withModule(text, async (module) => {
      await rejects(loadCustomReward(customReward(module)), /reward\.custom\.digest: .* got null/);
      await rejects(loadCustomReward(pinCustomReward(customReward(module))), message);
    });
  }
});

Deno.test("a custom reward that gives no finite number stops the run, with the response", async () => {
  for (
    const [value, shown] of [["NaN", "NaN"], ["'1'", "1"], ["undefined", "undefined"]] as const
  ) {
    await withModule(`export default () => ${value};`, async (module) => {
      const reward = await loadCustomReward(pinCustomReward(customReward(module)));
      throws(
        () => reward(makeInput({ text: "so" })),
        new RegExp(`expected .* to give a finite number, got ${shown} for "so"`),
      );
    });
  }
});

Deno.test("a custom reward that throws stops the run and is named", async () => {
  await withModule("export default () => { throw new Error('no luck'); };", async (module) => {
    const reward = await loadCustomReward(pinCustomReward(customReward(module)));
    throws(() => reward(makeInput({ text: "so" })), {
      name: "ConfigError",
      message: `reward.custom.module: expected ${module} to return, got a fault: no luck`,
    });
  });
});
