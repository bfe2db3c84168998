import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { liveHolder, LockedError, RunLock, STALE_MS } from "./run_lock.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const leftBehind = (host: string) =>
  JSON.stringify({
    pid: 4_000_000,
    host,
    since: "2026-01-01T00:00:00Z",
    stopping: false,
    token: "x",
  });

Deno.test("RunLock.acquire() refuses a second holder and says who the first is", () =>
  withFolder(async (folder) => {
    using _lock = await RunLock.acquire(folder, { host: "first" });
    equal(liveHolder(folder, { host: "first" })?.pid, Deno.pid);
    await rejects(
      RunLock.acquire(folder, { host: "first", patienceMs: 0 }),
      (error: Error) =>
        error instanceof LockedError &&
        /being executed by process \d+ on first since \d{4}-/.test(error.message),
    );
  }));

Deno.test("RunLock lets go at the end of its scope and leaves no file", () =>
  withFolder(async (folder) => {
    {
      using _lock = await RunLock.acquire(folder);
    }
    equal(liveHolder(folder), null);
    equal([...Deno.readDirSync(folder)].length, 0);
    using _again = await RunLock.acquire(folder);
    ok(liveHolder(folder) !== null);
  }));

Deno.test("RunLock.acquire() takes over what a dead process of this host left", () =>
  withFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/lock`, leftBehind("here"));
    equal(liveHolder(folder, { host: "here" }), null);
    using lock = await RunLock.acquire(folder, { host: "here" });
    lock.check();
    equal(liveHolder(folder, { host: "here" })?.pid, Deno.pid);
  }));

Deno.test("RunLock.acquire() takes over from another host only once its heartbeat is old", () =>
  withFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/lock`, leftBehind("there"));
    const beat = Deno.statSync(`${folder}/lock`).mtime!.getTime();
    const fresh = { host: "here", now: () => beat + STALE_MS - 1 };
    equal(liveHolder(folder, fresh)?.host, "there");
    await rejects(RunLock.acquire(folder, fresh), /process 4000000 on there/);
    const old = { host: "here", now: () => beat + STALE_MS };
    equal(liveHolder(folder, old), null);
    using lock = await RunLock.acquire(folder, old);
    lock.check();
  }));

Deno.test("RunLock.acquire() takes over a lock file that a power loss left empty", () =>
  withFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/lock`, "");
    using lock = await RunLock.acquire(folder);
    lock.check();
  }));

Deno.test("RunLock.check() stops a holder whose lock another host has taken over", () =>
  withFolder(async (folder) => {
    const lock = await RunLock.acquire(folder, { host: "here" });
    lock.check();
    Deno.writeTextFileSync(`${folder}/lock`, leftBehind("there"));
    throws(() => lock.check(), /lost the lock to process 4000000 on there/);
    lock[Symbol.dispose]();
    match(Deno.readTextFileSync(`${folder}/lock`), /there/, "the other's lock stays");
  }));

Deno.test("RunLock.acquire() waits for a holder that is about to stop", () =>
  withFolder(async (folder) => {
    const first = await RunLock.acquire(folder);
    first.announceStop();
    const second = RunLock.acquire(folder);
    first[Symbol.dispose]();
    using lock = await second;
    lock.check();
  }));

Deno.test("RunLock.acquire() gives the lock to one of many who ask at once", () =>
  withFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/lock`, leftBehind("here"));
    const asked = Array.from(
      { length: 8 },
      () => RunLock.acquire(folder, { host: "here", patienceMs: 0 }),
    );
    const given = (await Promise.allSettled(asked)).filter(({ status }) => status === "fulfilled");
    equal(given.length, 1);
    for (const lock of given as PromiseFulfilledResult<RunLock>[]) lock.value[Symbol.dispose]();
  }));
