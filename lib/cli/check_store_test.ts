import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import type { Finding } from "../backend/finding.ts";
import { checkStore } from "./check_store.ts";

/** Writes these files below a new folder, which is removed afterwards. */
function withStore(files: Readonly<Record<string, string>>, use: (folder: string) => void) {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(join(folder, name, ".."), { recursive: true });
      Deno.writeTextFileSync(join(folder, name), text);
    }
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const line = (findings: readonly Finding[], name: string) => {
  const { state, detail } = findings.find((found) => found.name === name)!;
  return `${state}: ${detail}`;
};

const DONE = {
  "config.json": "{}",
  "records.jsonl": "{}\n",
  "policy.safetensors": "1234",
  "result.json": JSON.stringify({ recordsBytes: 3, policyBytes: 4 }),
};
const run = (id: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${id}/${name}`, text]));

Deno.test("runs are counted by where they stand, and what is wrong with them is named", () => {
  const files = {
    "store.json": JSON.stringify({ format: 1 }),
    ...run("aa", DONE),
    ...run("bb", { ...DONE, "policy.safetensors": "123" }),
    ...run("cc", { "config.json": "{}", "failure.json": "{}" }),
    ...run("dd", {
      "config.json": "{}",
      "lock": JSON.stringify({ token: "t", pid: 1, host: "gone" }),
    }),
    ...run("ee", { "config.json.tmp": "{" }),
    ".trash/ff-1/config.json": "{}",
  };
  withStore(files, (folder) => {
    Deno.utimeSync(join(folder, "dd", "lock"), 0, 0); // whoever held it has given no sign since
    const before = JSON.stringify([...Deno.readDirSync(folder)].map(({ name }) => name).sort());
    const findings = checkStore(folder);
    deepEqual(line(findings, "runs").split(": ")[1]!.split(", ").sort(), [
      "1 failed",
      "1 interrupted",
      "1 to do",
      "2 done",
    ]);
    equal(line(findings, "files"), "broken: changed or cut short: bb");
    equal(line(findings, "locks"), "ok: 0 held; of dead processes: dd");
    equal(
      line(findings, "leftovers"),
      `ok: 1 folders in .trash; halves of files: ${join(folder, "ee", "config.json.tmp")}; ` +
        "folders without settings: ee",
    );
    equal(line(findings, "writable"), `ok: ${folder}`);
    match(line(findings, "disk"), /^(ok|broken): \d+\.\d GiB free at /);
    const after = JSON.stringify([...Deno.readDirSync(folder)].map(({ name }) => name).sort());
    equal(after, before); // looking changes nothing
  });
});

Deno.test("a store that is not there yet is empty, and one of a later version is broken", () => {
  withStore({ "later/store.json": JSON.stringify({ format: 99 }) }, (folder) => {
    const none = checkStore(join(folder, "none", "yet"));
    equal(line(none, "runs"), "ok: none yet");
    equal(line(none, "files"), "ok: as long as they were written");
    equal(line(none, "leftovers"), "ok: none");
    const later = checkStore(join(folder, "later"));
    match(line(later, "runs"), /^broken: .*expected a store of format 1 or below, got 99/);
    equal(later.find(({ name }) => name === "runs")?.isNeeded, true);
  });
});
