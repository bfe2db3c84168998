import { deepEqual, equal, match } from "node:assert/strict";
import { circumstances } from "./provenance.ts";

async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, ...identity, ...args],
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  }).output();
  equal(success, true, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("circumstances() names commit, change, untracked files and versions, and keeps the change", () =>
  withFolder(async (root) => {
    await git(root, "init", "-q");
    const config = {
      version: "0.1.0",
      imports: { "onnxruntime-node": "npm:onnxruntime-node@1.30.0" },
    };
    await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${root}/deno.lock`, "{}");
    await Deno.writeTextFile(`${root}/.gitignore`, "runs/\n");
    await git(root, "add", ".");
    await git(root, "commit", "-qm", "first");

    const clean = circumstances(root, `${root}/runs`);
    equal(clean.commit, await git(root, "rev-parse", "HEAD"));
    deepEqual([clean.diffHash, clean.untracked], [null, {}]);
    deepEqual([clean.versions.vasari, clean.versions.onnxruntime], ["0.1.0", "1.30.0"]);
    match(clean.lockHash!, /^44136fa355b3678a/); // SHA-256 of "{}"

    await Deno.writeTextFile(`${root}/deno.lock`, "{ }");
    await Deno.writeTextFile(`${root}/new.ts`, "{}");
    await Deno.symlink("/", `${root}/link`);
    const changed = circumstances(root, `${root}/runs`);
    deepEqual(changed.untracked, { "link": "no file", "new.ts": "44136fa355b3678a" });
    const kept = await Deno.readTextFile(`${root}/runs/.changes/${changed.diffHash}.diff`);
    match(kept, /^-\{\}\n.*\n?\+\{ \}/m);
  }));

Deno.test("circumstances() goes without git outside of a repository", () =>
  withFolder((folder) => {
    const { commit, diffHash, untracked, lockHash } = circumstances(folder, folder);
    deepEqual({ commit, diffHash, untracked, lockHash }, {
      commit: null,
      diffHash: null,
      untracked: {},
      lockHash: null,
    });
    return Promise.resolve();
  }));
