import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readLines } from "../runner/lines.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));

/** The flags of the task in deno.json. */
function start(...args: readonly string[]): Deno.ChildProcess {
  const permissions = ["--no-prompt", "--allow-read", "--allow-env", "--allow-net=127.0.0.1"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, CLI, "serve-reward", ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("serve-reward answers until a signal ends it", async () => {
  const server = start("--port", "0", "--verifier", "exact");
  const lines = readLines(server.stdout);
  try {
    const { value: first } = await lines.next();
    const url = /^reward model: (http:\/\/127\.0\.0\.1:\d+\/get_reward) /.exec(first ?? "")![1]!;
    const taken = await start("--port", new URL(url).port).output();
    equal(taken.code, 2);
    match(new TextDecoder().decode(taken.stderr), /error: --port: expected a free port, got \d+/);
    const answer = await fetch(url, {
      method: "POST",
      body: JSON.stringify({
        query: ["3 + 4 = ?<think></think><answer>\\boxed{7}</answer>"],
        prompts: ["3 + 4 = ?"],
        labels: ["7"],
      }),
    });
    deepEqual(await answer.json(), { rewards: [1.5], format_rewards: [0.5], acc_rewards: [1] });
  } finally {
    server.kill("SIGINT");
  }
  const [{ code }] = await Promise.all([server.status, server.stderr.cancel(), lines.return()]);
  equal(code, 0);
});
