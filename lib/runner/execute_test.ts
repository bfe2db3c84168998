import { equal, rejects } from "node:assert/strict";
import { ONE_THREAD } from "../backend/target.ts";
import { decodePolicy } from "../engine/snapshot.ts";
import { openStore } from "../store/store.ts";
import { coldStartFolder } from "../store/task.ts";
import { CIRCUMSTANCES, makeStages, makeTasks } from "../store/testdata/make_tasks.ts";
import type { Engines } from "./engines.ts";
import { execute } from "./execute.ts";
import { engines } from "./testdata/keyed_engine.ts";

/** Engines whose runs want a policy of five parameters, which no cold start of theirs makes. */
const demanding: Engines = {
  ...engines,
  // deno-lint-ignore require-yield
  async *run(_config, _seed, { policy }) {
    await Promise.resolve();
    decodePolicy(policy, 5);
  },
};

Deno.test("execute() names the file of a policy that does not fit, and what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = openStore(`${folder}/runs`, { create: true });
    const { run, coldStart } = makeTasks();
    const options = {
      engines: demanding,
      store: store.folder,
      compute: ONE_THREAD,
      circumstances: CIRCUMSTANCES,
    };
    equal(await execute(coldStart, options), "done");
    const made = store.path(coldStartFolder(coldStart.id));
    await rejects(execute(run, options), {
      name: "StoreError",
      message: `${made}/policy.safetensors: expected 5 parameters, got none; ` +
        `move the folder ${made} away to make this cold start again`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("execute() names the stage whose policy does not fit, and one that is not finished", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = openStore(`${folder}/runs`, { create: true });
    const { coldStart } = makeTasks(), [first, second] = makeStages(2);
    const options = {
      engines,
      store: store.folder,
      compute: ONE_THREAD,
      circumstances: CIRCUMSTANCES,
    };
    await execute(coldStart, options);
    await rejects(execute(second!, options), {
      name: "StoreError",
      message: `${store.path(second!.id)}: ${
        store.path(first!.id)
      }, which it begins from, is not finished`,
    });
    equal(store.status(second!.id), "interrupted", "it is not its fault");
    equal(await execute(first!, options), "done");
    await rejects(execute(second!, { ...options, engines: demanding }), {
      name: "StoreError",
      message: `${store.path(first!.id)}/policy.safetensors: expected 5 parameters, got none; ` +
        `start this run again with --force --filter ${first!.id}`,
    });
    equal(await execute(second!, options), "done");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
