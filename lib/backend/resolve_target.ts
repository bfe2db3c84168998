/** From what was asked for to what there is. */
import { ConfigError } from "../core/errors.ts";
import { type MissingFile, missingFiles } from "./device_libraries.ts";
import { probe, type ProbeResult } from "./probe.ts";
import { type Backend, type Device, DEVICES_OF, type Target, WITHOUT_SETUP } from "./target.ts";

/** A target, and one line that says why it is this one. */
export interface ResolvedTarget {
  readonly target: Target;
  readonly reason: string;
}

/** What is found out about a target of this machine. */
export interface DeviceFacts {
  /** Files without which it cannot work. */
  missing(target: Target): readonly MissingFile[];
  /** Whether it works. */
  probe(target: Target): Promise<ProbeResult>;
}

/** This machine's facts. */
export const MACHINE_FACTS: DeviceFacts = {
  missing: missingFiles,
  probe: (target) => probe(target),
};

/** What `auto` tries, best first; the last one needs nothing. */
const AUTO: Readonly<Record<Backend, readonly Target["device"][]>> = {
  onnx: ["cuda", "cpu"],
  tfjs: ["cuda", "cpu", "wasm"],
};
const NAMES: Readonly<Record<Target["device"], string>> = {
  cpu: "native library",
  cuda: "CUDA",
  webgpu: "WebGPU",
  tensorrt: "TensorRT",
  wasm: "WebAssembly",
};

/** True for targets that work wherever the project is installed. */
const needsNothing = ({ backend, device }: Target) => device === WITHOUT_SETUP[backend];

/**
 * The target for `--backend` and `--device`. `auto` takes CUDA where it works, then what the engine has on
 * processors; WebGPU and TensorRT it never takes. What is not there is found out from files, without opening anything;
 * what seems to be there is tried in a child process.
 *
 * Errors: a {@link ConfigError} at `--device` for a device that the engine does not have, or that was asked for by
 * name and does not work, with what is missing and how to get it.
 */
export async function resolveTarget(
  { backend, device }: { readonly backend: Backend; readonly device: Device },
  facts: DeviceFacts = MACHINE_FACTS,
): Promise<ResolvedTarget> {
  if (device !== "auto") return await resolveNamed({ backend, device }, facts);
  const reasons: string[] = [];
  for (const candidate of AUTO[backend]) {
    const target: Target = { backend, device: candidate };
    if (needsNothing(target)) return { target, reason: `${candidate}: ${reasons.join("; ")}` };
    const missing = facts.missing(target);
    if (missing.length > 0) {
      reasons.push(`no ${NAMES[candidate]} (${describeMissing(missing)})`);
      continue;
    }
    const { ok, seconds, detail } = await facts.probe(target);
    if (ok) {
      const tried = `works, tried in ${seconds.toFixed(1)} s`;
      return { target, reason: [`${candidate}: ${tried}`, ...reasons].join("; ") };
    }
    reasons.push(
      `${NAMES[candidate]} is installed and does not work (${detail}; \`deno task doctor\`)`,
    );
  }
  throw new Error(`expected a device of ${backend} that needs nothing`);
}

/**
 * Finds out from files, without opening anything, whether a target can be there.
 *
 * Errors: a {@link ConfigError} at `--device`, with what is missing and how to get it.
 */
export function requireFiles(
  target: Target,
  facts: Pick<DeviceFacts, "missing"> = MACHINE_FACTS,
): void {
  const { backend, device } = target;
  if (!DEVICES_OF[backend].includes(device)) {
    const other = backend === "onnx" ? "tfjs" : "onnx";
    throw new ConfigError(
      "--device",
      `expected auto, ${
        DEVICES_OF[backend].join(", ")
      } with --backend ${backend}, got ${device}, ` +
        `which is for --backend ${other}`,
    );
  }
  const missing = needsNothing(target) ? [] : facts.missing(target);
  if (missing.length > 0) throw notThere(target, describeMissing(missing));
}

function notThere({ device }: Target, why: string): ConfigError {
  return new ConfigError("--device", `expected a device that is there, got ${device}: ${why}`);
}

async function resolveNamed(target: Target, facts: DeviceFacts): Promise<ResolvedTarget> {
  requireFiles(target, facts);
  const reason = `${target.device}: asked for by name`;
  if (needsNothing(target)) return { target, reason };
  const { ok, detail } = await facts.probe(target);
  if (ok) return { target, reason };
  throw notThere(target, `${detail}; \`deno task doctor\` says more`);
}

/** Missing files in one line, grouped by the way to get them. */
function describeMissing(missing: readonly MissingFile[]): string {
  const byFix = Map.groupBy(missing, ({ fix }) => fix);
  return [...byFix].map(([fix, files]) => {
    const names = files.map(({ file }) => file.split("/").at(-1)).join(", ");
    return `${names} ${files.length === 1 ? "is" : "are"} not there: ${asCommand(fix)}`;
  }).join("; ");
}

const asCommand = (fix: string) => fix.startsWith("deno task") ? `\`${fix}\`` : fix;
