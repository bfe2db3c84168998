/** Runs the conformance suite on every engine and device that is there, each in a process of its own. */
import { fileURLToPath } from "node:url";
import { runChild } from "../../backend/child.ts";
import { resolveTarget } from "../../backend/resolve_target.ts";
import { runtimeFlags } from "../../backend/runtime_environment.ts";
import {
  type Backend,
  BACKENDS,
  type Device,
  DEVICES_OF,
  type Target,
} from "../../backend/target.ts";
import { ConfigError } from "../../core/errors.ts";
import { CONFORMANCE_CASES } from "./cases.ts";
import { type ConformanceResult, RESULT } from "./run.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Interpreters are slow, and a device that hangs is not to be waited for. */
const TIMEOUT_MS = 15 * 60_000;

/** How a target did: case by case, or why it was not tried. */
export type ConformanceReport =
  | { readonly target: Target; readonly skipped: string }
  | { readonly target: Target; readonly results: readonly ConformanceResult[] };

/** The targets that are asked for: one, whether or not the engine has it, all of an engine, or all. */
function targetsOf(backend: Backend | null, device: Device): Target[] {
  if (backend !== null && device !== "auto") return [{ backend, device }];
  const backends = backend === null ? BACKENDS : [backend];
  return backends.flatMap((backend) =>
    DEVICES_OF[backend].filter((each) => device === "auto" || each === device)
      .map((device) => ({ backend, device }))
  );
}

/**
 * The suite on each target asked for; one that is not there is skipped, with the reason. A case that the process did
 * not live to finish has failed.
 *
 * @param updates of the case that watches memory
 */
export async function* conformanceReports(
  backend: Backend | null,
  device: Device,
  updates: number,
): AsyncGenerator<ConformanceReport> {
  for (const target of targetsOf(backend, device)) {
    const skipped = await resolveTarget(target).then(() => null, (error: unknown) => {
      if (error instanceof ConfigError) return error.message;
      throw error;
    });
    yield skipped === null
      ? { target, results: await inProcess(target, updates) }
      : { target, skipped };
  }
}

async function inProcess(target: Target, updates: number): Promise<ConformanceResult[]> {
  const given = [{ ...target, threads: 1 }, updates].map((value) => JSON.stringify(value));
  const flags = ["--v8-flags=--expose-gc", "--allow-read", ...runtimeFlags(target)];
  const { lines, log, fault } = await runChild(WORKER, given, flags, TIMEOUT_MS);
  const results: ConformanceResult[] = lines.filter((line) => line.startsWith(RESULT))
    .map((line) => JSON.parse(line.slice(RESULT.length)));
  const how = `${fault ?? "the process said no more"}: ${log.split("\n").slice(-3).join(" ")}`;
  const unfinished = CONFORMANCE_CASES.slice(results.length).map(({ name }, i) => ({
    name,
    ok: false,
    detail: i === 0 ? how : "not reached",
    seconds: 0,
  }));
  return [...results, ...unfinished];
}
