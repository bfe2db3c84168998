/** Circumstances of an execution: which code, which versions, which machine. */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { join } from "node:path";
import { runtimeEnvironment } from "../backend/runtime_environment.ts";
import type { Compute } from "../backend/target.ts";
import { diskFiles, type Files, writeShared } from "./files.ts";
import type { Provenance } from "./run_data.ts";

/** Folder in the store for the changes that were not committed, one file per content. */
const CHANGES = ".changes";
/** Untracked files larger than this are named with their size only. */
const MAX_UNTRACKED_BYTES = 1 << 20;

/** The output of a git command in `root`; null without git or outside of a repository. */
function git(root: string, ...args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["-C", root, ...args],
      env: runtimeEnvironment(),
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (error) {
    // No git installed, or Deno may not run it: the run matters more than its footnote.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return null;
    }
    throw error;
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Hash by path of the files git neither tracks nor ignores. */
function untrackedFiles(root: string, files: Files): Record<string, string> {
  const names = git(root, "ls-files", "--others", "--exclude-standard", "-z") ?? "";
  const entries = names.split("\0").filter((name) => name !== "").map((name) => {
    const path = join(root, name);
    // A link may lead to a folder, and a repository inside this one is listed as a folder.
    if (!Deno.lstatSync(path).isFile) return [name, "no file"];
    const size = files.size(path) ?? 0;
    const content = size <= MAX_UNTRACKED_BYTES ? files.read(path) : null;
    return [name, content === null ? `${size} bytes` : sha256(content).slice(0, 16)];
  });
  return Object.fromEntries(entries);
}

function versionOf(root: string, files: Files, name: string): string | null {
  const config = files.read(join(root, "deno.json"));
  if (config === null) return null;
  const { version, imports = {} } = JSON.parse(new TextDecoder().decode(config));
  if (name === "vasari") return version ?? null;
  return imports[name]?.replace(/^.*@/, "") ?? null;
}

/** Where an execution computed; null where it was not noted. */
export function computeOf(provenance: Partial<Provenance> | undefined): Compute | null {
  if (provenance?.threads === undefined) return null;
  const { backend = "onnx", device = "cpu", threads } = provenance;
  return { backend, device, threads };
}

/** Everything of a {@link Provenance} that is the same for all tasks of one command. */
export type Circumstances = Omit<Provenance, "startedAt" | keyof Compute>;

/**
 * Looks up code, versions and machine; changes that are not committed are kept in the store, under the hash
 * the provenance names.
 *
 * @param root the project's folder
 * @param store the store's folder
 */
export function circumstances(
  root: string,
  store: string,
  files: Files = diskFiles,
): Circumstances {
  const diff = git(root, "diff", "HEAD", "--no-ext-diff") ?? "";
  const diffHash = diff === "" ? null : sha256(diff).slice(0, 16);
  if (diffHash !== null) {
    const path = join(store, CHANGES, `${diffHash}.diff`);
    files.makeFolder(join(store, CHANGES));
    if (files.size(path) === null) writeShared(files, path, new TextEncoder().encode(diff));
  }
  const lock = files.read(join(root, "deno.lock"));
  const versions: Record<string, string> = { ...Deno.version };
  for (const name of ["vasari", "onnxruntime-node"]) {
    const version = versionOf(root, files, name);
    if (version !== null) versions[name.replace(/-node$/, "")] = version;
  }
  const processors = cpus();
  return {
    commit: git(root, "rev-parse", "HEAD")?.trim() ?? null,
    diffHash,
    untracked: untrackedFiles(root, files),
    lockHash: lock === null ? null : sha256(lock),
    versions,
    host: {
      os: `${Deno.build.os} ${Deno.osRelease()}`,
      arch: Deno.build.arch,
      cpu: processors[0]?.model.trim() ?? "unknown",
      cores: navigator.hardwareConcurrency,
    },
  };
}
