/** The state of a store's folder: what a doctor looks at. */
import { statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gigabytes } from "../backend/check_machine.ts";
import { type Finding, finding } from "../backend/finding.ts";
import { StoreError } from "../core/errors.ts";
import { FILES } from "../store/run_folder.ts";
import { liveHolder } from "../store/run_lock.ts";
import { openStore, type Store } from "../store/store.ts";

const AREA = "store";
/** A run of the small policies writes some ten megabytes; a sweep has hundreds. */
const LEAST_FREE = 2 ** 30;

/** Disk, access, runs by status, damage, locks of dead processes, and leftovers. Changes nothing. */
export function checkStore(folder: string): Finding[] {
  const findings = [checkDisk(folder), checkWritable(folder)];
  let store: Store;
  try {
    store = openStore(folder);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [...findings, finding(AREA, "runs", "broken", error.message, { isNeeded: true })];
  }
  const names = store.ids();
  return [
    ...findings,
    checkRuns(store, names),
    checkDamage(store, names),
    checkLocks(store, names),
    checkLeftovers(store, names),
  ];
}

/** The folder, or the nearest above it that is there. */
function existing(folder: string): string {
  try {
    Deno.statSync(folder);
    return folder;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return existing(dirname(resolve(folder)));
  }
}

function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(existing(folder));
  const free = bavail * bsize, isEnough = free >= LEAST_FREE;
  return finding(AREA, "disk", isEnough ? "ok" : "broken", `${gigabytes(free)} free at ${folder}`, {
    fix: isEnough ? "" : "free some space, or name another folder with --store",
    isNeeded: true,
  });
}

function checkWritable(folder: string): Finding {
  const name = "writable", home = existing(folder);
  const { state } = Deno.permissions.querySync({ name: "write", path: resolve(folder) });
  if (state !== "granted") {
    const fix = `deno run with --allow-write=${folder} to find out`;
    return finding(AREA, name, "absent", "not tried: this process may not write there", { fix });
  }
  if (home !== folder) return finding(AREA, name, "ok", `${folder} is not there yet`);
  const path = join(folder, `.doctor-${crypto.randomUUID()}.tmp`);
  try {
    Deno.writeFileSync(path, new Uint8Array(1), { createNew: true });
    Deno.removeSync(path);
    return finding(AREA, name, "ok", folder, { isNeeded: true });
  } catch (error) {
    const fix = "give yourself the right to write there, or name another folder with --store";
    return finding(AREA, name, "broken", (error as Error).message, { fix, isNeeded: true });
  }
}

function checkRuns(store: Store, names: readonly string[]): Finding {
  const byStatus = Map.groupBy(store.statuses(names).values(), (status) => status);
  const counts = [...byStatus].map(([status, all]) => `${all.length} ${status}`);
  const isAnyFailed = byStatus.has("failed");
  return finding(AREA, "runs", "ok", counts.join(", ") || "none yet", {
    fix: isAnyFailed ? "deno task run FILE --retry-failed executes failed runs again" : "",
  });
}

/** Finished runs whose files do not have the sizes that they had when they were finished. */
function checkDamage(store: Store, names: readonly string[]): Finding {
  const damaged = names.filter((name) => {
    try {
      const result = store.result(name);
      return result !== null && (sizeOf(store.path(name, FILES.records)) !== result.recordsBytes ||
        sizeOf(store.path(name, FILES.policy)) !== result.policyBytes);
    } catch (error) {
      if (error instanceof StoreError) return true;
      throw error;
    }
  });
  if (damaged.length === 0) return finding(AREA, "files", "ok", "as long as they were written");
  return finding(AREA, "files", "broken", `changed or cut short: ${damaged.join(", ")}`, {
    fix: "move these folders away to make the runs again",
  });
}

function checkLocks(store: Store, names: readonly string[]): Finding {
  const locked = names.filter((name) => sizeOf(store.path(name, FILES.lock)) !== null);
  const dead = locked.filter((name) => liveHolder(store.path(name)) === null);
  if (dead.length === 0) return finding(AREA, "locks", "ok", `${locked.length} held`);
  const detail = `${locked.length - dead.length} held; of dead processes: ${dead.join(", ")}`;
  return finding(AREA, "locks", "ok", detail, {
    fix: "nothing to do: the next run takes them over",
  });
}

/** Folders moved aside by --force, halves of files, and folders without settings. */
function checkLeftovers(store: Store, names: readonly string[]): Finding {
  const trash = namesIn(store.path(".trash"));
  const halves = [store.folder, ...names.map((name) => store.path(name))].flatMap((folder) =>
    namesIn(folder).filter((name) => name.endsWith(".tmp")).map((name) => join(folder, name))
  );
  const empty = names.filter((name) => sizeOf(store.path(name, FILES.config)) === null);
  const parts = [
    trash.length > 0 ? `${trash.length} folders in .trash` : "",
    halves.length > 0 ? `halves of files: ${halves.join(", ")}` : "",
    empty.length > 0 ? `folders without settings: ${empty.join(", ")}` : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return finding(AREA, "leftovers", "ok", "none");
  return finding(AREA, "leftovers", "ok", parts.join("; "), {
    fix: "harmless; remove them to have the space",
  });
}

function sizeOf(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
