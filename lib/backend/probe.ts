/** Tries a target in a process of its own. */
import { fileURLToPath } from "node:url";
import { runChild } from "./child.ts";
import { runtimeFlags } from "./runtime_environment.ts";
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
/** The first use of a device compiles its kernels. */
const TIMEOUT_MS = 60_000;

/** Options of {@link probe}. */
export interface ProbeOptions {
  readonly timeoutMs?: number;
  /** The module that tries; for tests. */
  readonly worker?: string;
}

/**
 * Opens `target` in a child process, runs one small program there and compares the result. Never rejects for what the
 * child does: an abort, a hang and a wrong result are results.
 */
export async function probe(
  target: Target,
  { timeoutMs = TIMEOUT_MS, worker = WORKER }: ProbeOptions = {},
): Promise<ProbeResult> {
  const begin = performance.now();
  const flags = ["--allow-read", ...runtimeFlags(target)];
  const given = [JSON.stringify(target)];
  const { lines, log, fault } = await runChild(worker, given, flags, timeoutMs);
  const said = parseResult(lines.at(-1) ?? "");
  if (said?.ok) return said;
  if (said !== null) {
    return { ...said, detail: explain(log) ?? explain(said.detail) ?? said.detail };
  }
  const lastWords = explain(log) ?? log.split("\n").at(-1)!;
  const how = fault ?? "the process said nothing";
  return {
    ok: false,
    seconds: (performance.now() - begin) / 1000,
    detail: lastWords === "" ? how : `${how}: ${lastWords}`,
  };
}

function parseResult(line: string): ProbeResult | null {
  try {
    return JSON.parse(line);
  } catch {
    return null; // it ended before it could say anything
  }
}

/** The sentence in an engine's words that names the cause; null when there is none that we know. */
function explain(words: string): string | null {
  return words.match(/Failed to load library \S+ with error: (.*)/)?.[1] ??
    words.match(/(CUDA failure \d+: .*?) ;/)?.[1] ??
    words.match(/Warning: (Couldn't load Vulkan: .*|Vulkan .* required\.)/)?.[1] ??
    words.match(/Failed to get a WebGPU adapter: .*/)?.[0] ?? null;
}
