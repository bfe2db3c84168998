/** Where programs run, and the words for it. */

/** The engines: values of `--backend`. */
export const BACKENDS = ["onnx", "tfjs"] as const;
/** One of {@link BACKENDS}. */
export type Backend = typeof BACKENDS[number];

/** Values of `--device`; `auto` takes the fastest that is there. `wasm` is TensorFlow.js alone, webgpu and tensorrt ONNX Runtime. */
export const DEVICES = ["auto", "cpu", "cuda", "webgpu", "tensorrt", "wasm"] as const;
/** One of {@link DEVICES}. */
export type Device = typeof DEVICES[number];

/** Where programs run: what a run records. */
export interface Target {
  readonly backend: Backend;
  readonly device: Exclude<Device, "auto">;
}

/** Devices of each engine. */
export const DEVICES_OF: Readonly<Record<Backend, readonly Target["device"][]>> = {
  onnx: ["cpu", "cuda", "webgpu", "tensorrt"],
  tfjs: ["cpu", "cuda", "wasm"],
};

/** What each engine has wherever the project is installed. */
export const WITHOUT_SETUP = { onnx: "cpu", tfjs: "wasm" } as const satisfies Record<
  Backend,
  Target["device"]
>;

/** Whether a target computes on the machine's processors, of which every process may take one. */
export const isProcessor = ({ device }: Target): boolean => device === "cpu" || device === "wasm";

/** A target, and how wide it computes: what the order of additions, and so every bit of a result, depends on. */
export interface Compute extends Target {
  /** Threads inside one operation, on processors. */
  readonly threads: number;
}

/** One processor thread, without set-up: what results are compared on. */
export const ONE_THREAD: Compute = { backend: "onnx", device: "cpu", threads: 1 };
