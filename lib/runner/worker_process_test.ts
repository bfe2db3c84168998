import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import { ONE_THREAD } from "../backend/target.ts";
import { remoteReward } from "../reward/remote.ts";
import { makeTasks } from "../store/testdata/make_tasks.ts";
import type { Task } from "../store/task.ts";
import { workerFlags } from "./worker_process.ts";

const { run, coldStart } = makeTasks();

/** The run, with its reward asked for at `url`. */
const withRemote = (url: string): Task => ({
  ...run,
  config: { ...run.config, reward: { ...run.config.reward, remote: [remoteReward(url)] } },
});

const flagsFor = (task: Task) => workerFlags({ store: "runs", task, compute: ONE_THREAD });
const networkFlags = (task: Task) =>
  flagsFor(task).filter((flag) => flag.startsWith("--allow-net"));

Deno.test("workerFlags() lets a worker ask the servers its settings name, and no others", () => {
  deepEqual(networkFlags(run), []);
  deepEqual(networkFlags(coldStart), []);
  deepEqual(networkFlags(withRemote("https://rm.example/get_reward")), [
    "--allow-net=rm.example:443",
  ]);
});

/** What a process with these flags gets when it asks each address. */
async function answers(flags: readonly string[], urls: readonly string[]): Promise<string[]> {
  const folder = Deno.makeTempDirSync(), script = join(folder, "ask.ts");
  try {
    Deno.writeTextFileSync(
      script,
      "for (const url of Deno.args) {\n" +
        "  try { console.log(await (await fetch(url)).text()); }\n" +
        "  catch (error) { console.log((error as Error).name); }\n}\n",
    );
    const args = ["run", ...flags, script, ...urls];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    return new TextDecoder().decode(stdout).trim().split("\n");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a worker reaches the named server, not the one beside it", async () => {
  const serve = (text: string) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response(text));
  const named = serve("named"), other = serve("other");
  try {
    const urls = [named, other].map(({ addr }) => `http://127.0.0.1:${addr.port}/`);
    const flags = flagsFor(withRemote(urls[0]!));
    deepEqual(await answers(flags, urls), ["named", "NotCapable"]);
    deepEqual(await answers(flagsFor(run), urls), ["NotCapable", "NotCapable"]);
  } finally {
    await Promise.all([named.shutdown(), other.shutdown()]);
  }
});
