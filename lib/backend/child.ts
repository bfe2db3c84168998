/** Runs a module of ours in a process of its own, which may crash or hang without harm. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtimeEnvironment } from "./runtime_environment.ts";

/** What a child process left. */
export interface ChildOutput {
  /** What it printed, line by line, without those that are empty. */
  readonly lines: readonly string[];
  /** Its error output, without colours. */
  readonly log: string;
  /** How it ended, in words; null when it ended well. */
  readonly fault: string | null;
}

const CONFIG = join(fileURLToPath(new URL("../../", import.meta.url)), "deno.json");

/** Runs `module` with its arguments and Deno's `flags`, and ends it after `timeoutMs`. */
export async function runChild(
  module: string,
  given: readonly string[],
  flags: readonly string[],
  timeoutMs: number,
): Promise<ChildOutput> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      `--config=${CONFIG}`,
      ...flags,
      module,
      ...given,
    ],
    env: runtimeEnvironment(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended, and its output is still being read
    }
  }, timeoutMs);
  const { stdout, stderr, success, code, signal } = await child.output();
  clearTimeout(timer);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(COLOUR, "");
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return {
    lines: text(stdout).split("\n").map((line) => line.trim()).filter((line) => line !== ""),
    log: text(stderr).trim(),
    fault: isLate
      ? `the process gave no answer within ${timeoutMs / 1000} s`
      : success
      ? null
      : `the process ended with ${how}`,
  };
}

// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[[\d;]*m/g;
