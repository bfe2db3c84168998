/** What the benches on a device are asked for. */
import { parseArgs } from "../../deps.ts";
import { BACKENDS, DEVICES_OF, type Target } from "../../lib/backend/target.ts";
import { ConfigError, didYouMean } from "../../lib/core/errors.ts";
import type { Preset } from "../policy_work.ts";
import { type BenchDevice, type Part, PARTS, POLICIES } from "./measurement.ts";

/** What the command line says. */
export interface GpuOptions {
  readonly device: BenchDevice;
  readonly ours: readonly Target[];
  readonly hasConformance: boolean;
  readonly parts: readonly Part[];
  readonly policies: readonly Preset[];
  readonly isQuick: boolean;
  /** Install what CUDA lacks. */
  readonly setup: boolean;
  /** A Python that has PyTorch; null: the environment of the peers. */
  readonly python: string | null;
  /** The folder for results; null: one of its own. */
  readonly out: string | null;
}

/** Ours on a GPU, in the order in which they are tried. */
const ON_GPU: readonly Target[] = [
  { backend: "onnx", device: "cuda" },
  { backend: "onnx", device: "webgpu" },
  { backend: "onnx", device: "tensorrt" },
  { backend: "tfjs", device: "cuda" },
];
const ON_PROCESSOR: readonly Target[] = [{ backend: "onnx", device: "cpu" }];

const FLAGS = ["quick", "setup", "help"] as const;
const VALUES = ["device", "ours", "policies", "python", "out"] as const;
const STEPS = ["conformance", ...PARTS] as const;

/** What `--help` prints. */
export const USAGE = `deno task bench:gpu [${STEPS.join("|")} …] [options]

Facts, conformance and speed beside PyTorch on a GPU, in one go; the results are kept in a folder.

  --device cuda|cpu   where both sides compute (default: cuda); cpu is for trying the command itself
  --ours LIST         our devices, such as cuda,webgpu,tfjs/cuda (default: all that are there)
  --policies LIST     of ${POLICIES.join(",")} (default: all; on cpu: small)
  --python PATH       a Python with torch, numpy and safetensors (default: BENCH_PYTHON, else an environment
                      that is made in bench/peers/.venv)
  --setup             install what CUDA lacks first, as deno task setup:cuda does
  --out DIR           the folder for results, to which a second call adds (default: bench/results/gpu-DATE)
  --quick             fewer samples and smaller batches: to see that everything works, not for figures`;

/** Reads the command line; null: help is asked for. Errors: a {@link ConfigError} that names the argument. */
export function readGpuOptions(args: readonly string[]): GpuOptions | null {
  const parsed = parseArgs(args, {
    boolean: [...FLAGS],
    string: [...VALUES],
    unknown: (arg, key) => {
      if (key === undefined) return;
      throw new ConfigError(arg, `no such option${didYouMean(key, [...FLAGS, ...VALUES])}`);
    },
  });
  if (parsed.help === true) return null;
  const text = (name: typeof VALUES[number]) => parsed[name] as string | undefined;
  const device = oneOf("--device", text("device") ?? "cuda", ["cuda", "cpu"] as const);
  const named = parsed._.map((step) => oneOf("part", String(step), STEPS));
  const steps = named.length === 0 ? STEPS : named;
  const policies = text("policies") ?? (device === "cpu" ? "small" : POLICIES.join(","));
  return {
    device,
    ours: oursOf(device, text("ours")),
    hasConformance: steps.includes("conformance"),
    parts: PARTS.filter((part) => steps.includes(part)),
    policies: policies.split(",").map((name) => oneOf("--policies", name, POLICIES)),
    isQuick: parsed.quick === true,
    setup: parsed.setup === true,
    python: text("python") ?? null,
    out: text("out") ?? null,
  };
}

/** The targets called `cuda` or `tfjs/cuda`; all that the device has where nothing is said. */
export function oursOf(device: BenchDevice, text: string | undefined): readonly Target[] {
  if (text === undefined) return device === "cpu" ? ON_PROCESSOR : ON_GPU;
  return text.split(",").map((name) => {
    const [first, second] = name.split("/");
    const backend = second === undefined ? "onnx" : oneOf("--ours", first!, BACKENDS);
    return { backend, device: oneOf("--ours", second ?? first!, DEVICES_OF[backend]) };
  });
}

function oneOf<T extends string>(field: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new ConfigError(
    field,
    `expected one of ${known.join(", ")}, got ${value}${didYouMean(value, known)}`,
  );
}
