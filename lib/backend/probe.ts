/** Tries a target in a process of its own. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preloadPaths } from "./device_libraries.ts";
import { PACKAGES_FOLDER } from "./onnx_package.ts";
import type { Target } from "./target.ts";

/** How a try went. */
export interface ProbeResult {
  /** The target computes what it should. */
  readonly ok: boolean;
  readonly seconds: number;
  /** What was wrong; "" when nothing was. */
  readonly detail: string;
}

const WORKER = fileURLToPath(new URL("./probe_worker.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The first use of a device compiles its kernels. */
const TIMEOUT_MS = 60_000;

/** Options of {@link probe}. */
export interface ProbeOptions {
  readonly timeoutMs?: number;
  /** The module that tries; for tests. */
  readonly worker?: string;
}

/**
 * Opens `target` in a child process, runs one small graph there and compares the result. Never rejects for what the
 * child does: an abort, a hang and a wrong result are results.
 */
export async function probe(
  target: Target,
  { timeoutMs = TIMEOUT_MS, worker = WORKER }: ProbeOptions = {},
): Promise<ProbeResult> {
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      `--config=${join(ROOT, "deno.json")}`,
      "--allow-read",
      "--allow-env=LD_LIBRARY_PATH",
      `--allow-ffi=${[PACKAGES_FOLDER, ...preloadPaths(target)].join(",")}`,
      worker,
      JSON.stringify(target),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const { stdout, stderr, code, signal } = await child.output();
  clearTimeout(timer);
  const seconds = (performance.now() - begin) / 1000;

  const said = parseResult(new TextDecoder().decode(stdout));
  const log = new TextDecoder().decode(stderr);
  if (said?.ok) return said;
  if (said !== null) {
    return { ...said, detail: explain(log) ?? explain(said.detail) ?? said.detail };
  }
  const how = isLate
    ? `gave no answer within ${timeoutMs / 1000} s`
    : `ended with ${signal === null ? `exit code ${code}` : `signal ${signal}`}`;
  const last = lines(log).at(-1);
  return {
    ok: false,
    seconds,
    detail: `the process ${how}${last === undefined ? "" : `: ${last}`}`,
  };
}

function parseResult(output: string): ProbeResult | null {
  try {
    return JSON.parse(lines(output).at(-1) ?? "");
  } catch {
    return null; // it ended before it could say anything
  }
}

// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[[\d;]*m/g;

function lines(text: string): string[] {
  return text.replace(COLOUR, "").split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  );
}

/** The sentence in an engine's words that names the cause; null when there is none that we know. */
function explain(words: string): string | null {
  const text = lines(words).join("\n");
  const cause = text.match(/Failed to load library \S+ with error: (.*)/)?.[1] ??
    text.match(/(CUDA failure \d+: .*?) ;/)?.[1] ??
    text.match(/Warning: (Couldn't load Vulkan: .*|Vulkan .* required\.)/)?.[1] ??
    text.match(/Failed to get a WebGPU adapter: .*/)?.[0];
  return cause ?? null;
}
