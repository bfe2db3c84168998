/** Where graphs run, and the words for it. */

/** The engines: values of `--backend`. */
export const BACKENDS = ["onnx", "tfjs"] as const;
/** One of {@link BACKENDS}. */
export type Backend = typeof BACKENDS[number];

/** Values of `--device`; `auto` takes the fastest that is there. */
export const DEVICES = ["auto", "cpu", "cuda", "webgpu", "tensorrt"] as const;
/** One of {@link DEVICES}. */
export type Device = typeof DEVICES[number];

/** Where graphs run: what a run records. */
export interface Target {
  readonly backend: Backend;
  readonly device: Exclude<Device, "auto">;
}
