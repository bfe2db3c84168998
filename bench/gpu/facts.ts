/** What both sides have to compute with on this machine. */
import { cpus } from "node:os";
import { checkDevices, checkEngines, checkLibraries } from "../../lib/backend/check_engines.ts";
import { checkGraphics, checkMachine } from "../../lib/backend/check_machine.ts";
import { missingFiles } from "../../lib/backend/device_libraries.ts";
import type { Finding } from "../../lib/backend/finding.ts";
import { resolveTarget } from "../../lib/backend/resolve_target.ts";
import type { Target } from "../../lib/backend/target.ts";
import { setupCudaCommand } from "../../lib/cli/setup_cuda_command.ts";
import { ConfigError } from "../../lib/core/errors.ts";
import { outputOf } from "../command.ts";
import { askPython, packageVersions } from "../python.ts";
import type { BenchDevice } from "./measurement.ts";

/** A target of ours, and why it cannot be measured; null where it can. */
export interface Availability {
  readonly target: Target;
  readonly reason: string | null;
}

/** Each target, tried. */
export async function availabilities(targets: readonly Target[]): Promise<Availability[]> {
  const result: Availability[] = [];
  for (const target of targets) {
    const reason = await resolveTarget(target).then(() => null, (error: unknown) => {
      if (error instanceof ConfigError) return error.problem;
      throw error;
    });
    result.push({ target, reason });
  }
  return result;
}

/** Installs what CUDA lacks where that is asked for, else says how; nothing where nothing is missing. */
export async function offerSetup(isWanted: boolean): Promise<void> {
  const missing = missingFiles({ backend: "onnx", device: "cuda" });
  if (missing.length === 0) return;
  if (isWanted) {
    await setupCudaCommand({ check: false, index: null });
    return;
  }
  if (missing.some(({ fix }) => fix === "deno task setup:cuda")) {
    console.error("CUDA lacks libraries: --setup installs them, as `deno task setup:cuda` does\n");
  }
}

/** What nvidia-smi says of the GPUs, by the names of its fields; empty where it is not there. */
export async function gpuFacts(): Promise<Record<string, string>[]> {
  const fields = ["name", "memory.total", "driver_version", "compute_cap", "power.limit"];
  const said = await outputOf("nvidia-smi", [
    `--query-gpu=${fields.join(",")}`,
    "--format=csv,noheader",
  ]);
  if (!said?.success) return [];
  return said.stdout.split("\n").map((line) => {
    const values = line.split(", ");
    return Object.fromEntries(fields.map((name, i) => [name, values[i] ?? ""]));
  });
}

/** Processor, system and what doctor finds. */
export async function machineFacts(): Promise<{
  readonly processor: string;
  readonly cores: number;
  readonly findings: readonly Finding[];
}> {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    findings: [
      ...checkEngines(),
      ...await checkDevices(),
      ...checkLibraries(),
      ...await checkGraphics(),
      ...checkMachine(),
    ],
  };
}

/** What PyTorch says of itself. */
export interface PyTorchFacts {
  /** Of Python and the packages, by name; null for what is not there. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The CUDA it was built for. */
  readonly cuda: string | null;
  /** The GPU it sees. */
  readonly gpu: string | null;
}

/**
 * PyTorch, as it is there for a device.
 *
 * Errors: a {@link ConfigError} where a package that the peers need is missing, or PyTorch sees no GPU.
 */
export async function pyTorchFacts(device: BenchDevice): Promise<PyTorchFacts> {
  const versions = await packageVersions([
    "torch",
    "numpy",
    "safetensors",
    "transformers",
    "triton",
  ]);
  const missing = ["torch", "numpy", "safetensors"].filter((name) => versions[name] === null);
  if (missing.length > 0) {
    throw new ConfigError(
      "--python",
      `expected a Python with torch, numpy and safetensors, got one without ${missing.join(", ")}`,
    );
  }
  const { cuda, gpu } = await askPython(
    "import json, torch; print(json.dumps({'cuda': torch.version.cuda, 'gpu': " +
      "torch.cuda.get_device_name(0) if torch.cuda.is_available() else None}))",
  ) as Pick<PyTorchFacts, "cuda" | "gpu">;
  if (device === "cuda" && gpu === null) {
    throw new ConfigError(
      "--python",
      `expected a PyTorch that sees a GPU, got ${versions.torch} for ` +
        (cuda === null ? "processors alone" : `CUDA ${cuda}, which sees none`),
    );
  }
  return { versions, cuda, gpu };
}
