import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { diskFiles, type Files, writeAtomically, writeShared } from "./files.ts";
import { decodeJsonLines } from "./json_lines.ts";
import { RunLock } from "./run_lock.ts";
import { openStore, type Store, type WhichPolicy } from "./store.ts";

async function withStore(use: (store: Store) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(openStore(`${folder}/runs`, { create: true }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A run's folder with the named files. */
function makeRun(store: Store, id: string, files: Readonly<Record<string, string>>): void {
  Deno.mkdirSync(store.path(id));
  for (
    const [name, text] of Object.entries({ "config.json": '{"seed":0,"config":{}}', ...files })
  ) {
    Deno.writeTextFileSync(store.path(id, name), text);
  }
}

const result = (recordsBytes: number) =>
  JSON.stringify({ format: 1, steps: 1, seconds: 2, recordsBytes, policyBytes: 3 });

Deno.test("Store.statuses() tells to do, interrupted, failed, running and done apart", () =>
  withStore(async (store) => {
    makeRun(store, "b", {});
    makeRun(store, "c", { "failure.json": '{"message":"out of luck"}' });
    makeRun(store, "d", {});
    makeRun(store, "e", { "result.json": result(0), "failure.json": "{}" });
    using _lock = await RunLock.acquire(store.path("d"));
    deepEqual(
      [...store.statuses(["a", "b", "c", "d", "e"]).values()],
      ["to do", "interrupted", "failed", "running", "done"],
    );
    equal(store.failure("c"), "out of luck");
    deepEqual(store.ids(), ["b", "c", "d", "e"]);
  }));

Deno.test("Store.readRun() drops a torn last line, and names file and line of a damaged one", () =>
  withStore((store) => {
    makeRun(store, "a", { "records.jsonl": '{"step":1}\n{"step":2}\n{"st' });
    deepEqual(store.readRun("a").records, [{ step: 1 }, { step: 2 }]);
    makeRun(store, "b", { "records.jsonl": '{"step":1}\n{"st\n{"step":3}\n' });
    throws(
      () => store.readRun("b"),
      /records\.jsonl:2: expected a JSON object, got .*--force --filter b$/,
    );
    throws(
      () => store.readRun("nothing"),
      /nothing.config\.json: expected a run, got no such file/,
    );
  }));

Deno.test("Store.readRun() refuses a finished run whose records were cut short", () =>
  withStore((store) => {
    const records = '{"step":1}\n{"step":2}\n';
    makeRun(store, "a", { "records.jsonl": records, "result.json": result(records.length) });
    equal(store.readRun("a").records.length, 2);
    makeRun(store, "b", { "records.jsonl": '{"step":1}\n', "result.json": result(records.length) });
    throws(
      () => store.readRun("b"),
      /expected 22 bytes, as result\.json says, got 11.*--force --filter b$/,
    );
  }));

Deno.test("Store.policy() refuses parameters of the wrong size", () =>
  withStore((store) => {
    makeRun(store, "a", { "result.json": result(0), "policy.safetensors": "abc" });
    equal(store.policy("a")?.length, 3);
    makeRun(store, "b", { "result.json": result(0), "policy.safetensors": "ab" });
    throws(() => store.policy("b"), /policy\.safetensors: expected 3 bytes, got 2/);
    equal(store.policy("never begun"), null);
  }));

Deno.test("Store.policy() gives the last, the best and those of steps, and says which there are", () =>
  withStore((store) => {
    makeRun(store, "a", { "result.json": result(0), "policy.safetensors": "end" });
    deepEqual(store.policies("a"), ["last"]);
    throws(
      () => store.policy("a", "best"),
      /a: expected the policy with the best validation accuracy, which was not kept; there is last$/,
    );
    Deno.mkdirSync(store.path("a", "policies"));
    for (const name of ["best", "step-000010", "step-000005", "step-1234567"]) {
      Deno.writeTextFileSync(store.path("a", "policies", `${name}.safetensors`), name);
    }
    Deno.writeTextFileSync(store.path("a", "policies", "step-000015.safetensors.tmp"), "");
    deepEqual(store.policies("a"), ["last", "best", 5, 10, 1234567]);
    const read = (which: WhichPolicy) => new TextDecoder().decode(store.policy("a", which)!);
    equal(read("best"), "best");
    equal(read(5), "step-000005");
    equal(read(1234567), "step-1234567");
    equal(read(1), "end"); // the run's last step
    throws(
      () => store.policy("a", 15),
      /a: expected the policy after step 15, which was not kept; there is last, best, 5, 10, 1234567$/,
    );
    equal(store.policy("never begun", 5), null);
  }));

Deno.test("RunData.scores() names a missing file", () =>
  withStore(async (store) => {
    makeRun(store, "a", {});
    await rejects(
      store.readRun("a").scores("scores/x.arrow"),
      /a.scores.x\.arrow: expected columns/,
    );
  }));

Deno.test("Store.moveAside() keeps the old folder and refuses one in use", () =>
  withStore(async (store) => {
    makeRun(store, "a", { "records.jsonl": "{}\n" });
    const to = store.moveAside("a", new Date(0));
    equal(Deno.readTextFileSync(`${to}/records.jsonl`), "{}\n");
    deepEqual(store.ids(), []);
    makeRun(store, "a", {});
    using _lock = await RunLock.acquire(store.path("a"));
    throws(() => store.moveAside("a"), /being executed by process/);
  }));

Deno.test("openStore() refuses a store of a later version, and one it may not write", () =>
  withStore((store) => {
    Deno.writeTextFileSync(store.path("store.json"), '{"format":2}');
    throws(
      () => openStore(store.folder),
      /store\.json: expected a store of format 1 or below, got 2; update Vasari/,
    );
    Deno.writeTextFileSync(store.path("store.json"), '{"version":99}');
    throws(() => openStore(store.folder), /got \{"version":99\} without a format; update Vasari/);
    Deno.writeTextFileSync(store.path("file"), "");
    throws(
      () => openStore(store.path("file", "store"), { create: true }),
      /StoreError: .*: cannot (read|create the folder):/,
    );
    deepEqual(openStore("a folder that does not exist").ids(), []);
  }));

Deno.test("Store.statuses() of 10,000 ids asks the disk only for those that are there", () =>
  withStore((store) => {
    for (let i = 0; i < 20; i++) makeRun(store, `run${i}`, { "result.json": result(0) });
    const ids = Array.from({ length: 10_000 }, (_, i) => `run${i}`);
    const asked: string[] = [];
    const status = store.status.bind(store);
    store.status = (name) => {
      asked.push(name);
      return status(name);
    };
    const statuses = [...store.statuses(ids).values()];
    equal(statuses.filter((value) => value === "done").length, 20);
    equal(asked.length, 20);
  }));

Deno.test("writeAtomically() leaves the old content when the disk is full", () =>
  withStore((store) => {
    const path = store.path("file");
    const full: Files = {
      ...diskFiles,
      write: (path, bytes) => {
        Deno.writeFileSync(path, bytes.subarray(0, 1));
        throw new Error("No space left on device (os error 28)");
      },
    };
    writeAtomically(diskFiles, path, new TextEncoder().encode("old"));
    throws(() => writeAtomically(full, path, new TextEncoder().encode("new")));
    equal(Deno.readTextFileSync(path), "old");
  }));

Deno.test("writeShared() gives each of two writers a neighbour of its own, and leaves none", () =>
  withStore((store) => {
    const path = store.path("file"), bytes = new TextEncoder().encode("same");
    let nested = false;
    const contested: Files = {
      ...diskFiles,
      rename: (from, to) => {
        if (!nested) { // another process is through before this one
          nested = true;
          writeShared(contested, path, bytes);
        }
        diskFiles.rename(from, to);
      },
    };
    writeShared(contested, path, bytes);
    equal(Deno.readTextFileSync(path), "same");
    const failing: Files = {
      ...diskFiles,
      sync: () => {
        throw new Error("No space left on device (os error 28)");
      },
    };
    throws(() => writeShared(failing, path, bytes), /os error 28/);
    deepEqual([...Deno.readDirSync(store.folder)].map(({ name }) => name).sort(), [
      "file",
      "store.json",
    ]);
  }));

Deno.test("diskFiles says in words what a system error means for the user", () => {
  throws(
    () => diskFiles.write("/dev/full", Uint8Array.of(1)),
    /\/dev\/full: cannot write: the disk is full/,
  );
  equal(diskFiles.size("no such file"), null);
  throws(() => diskFiles.truncate("no such file", 0), /StoreError: no such file: cannot truncate/);
});

Deno.test("decodeJsonLines() refuses a line that is no object", () => {
  throws(() => decodeJsonLines("{}\n[1]\n", "f"), /f:2: expected a JSON object/);
  throws(() => decodeJsonLines("{}\n\n{}\n", "f"), /f:2/);
});
