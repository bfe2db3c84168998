/** NVIDIA's libraries as packages of the Python index. */

/** A package, pinned, and the libraries in it that we take. */
export interface NvidiaPackage {
  readonly project: string;
  readonly version: string;
  readonly sonames: readonly string[];
}

/** The libraries of cuDNN 9, whatever CUDA it is for. */
const CUDNN_9: readonly string[] = [
  "libcudnn.so.9",
  "libcudnn_adv.so.9",
  "libcudnn_cnn.so.9",
  "libcudnn_engines_precompiled.so.9",
  "libcudnn_engines_runtime_compiled.so.9",
  "libcudnn_graph.so.9",
  "libcudnn_heuristic.so.9",
  "libcudnn_ops.so.9",
];

/**
 * CUDA 13.0, update 2, which onnxruntime-gpu 1.30.0 is built for, and a cuDNN 9 of its time. Any driver for CUDA 13
 * runs them; later ones are larger. Not those for Fourier transforms and linking at run time, which nothing asks for.
 */
export const NVIDIA_PACKAGES: readonly NvidiaPackage[] = [
  { project: "nvidia-cuda-runtime", version: "13.0.96", sonames: ["libcudart.so.13"] },
  {
    project: "nvidia-cublas",
    version: "13.1.0.3",
    sonames: ["libcublasLt.so.13", "libcublas.so.13"],
  },
  { project: "nvidia-curand", version: "10.4.0.35", sonames: ["libcurand.so.10"] },
  {
    project: "nvidia-cuda-nvrtc",
    version: "13.0.88",
    sonames: ["libnvrtc.so.13", "libnvrtc-builtins.so.13.0"],
  },
  {
    project: "nvidia-cudnn-cu13",
    version: "9.19.0.56",
    sonames: CUDNN_9,
  },
];

/** CUDA 12.5 and cuDNN 9.3, which TensorFlow 2.19 names in its extra `and-cuda`. */
export const TENSORFLOW_NVIDIA_PACKAGES: readonly NvidiaPackage[] = [
  { project: "nvidia-cuda-runtime-cu12", version: "12.5.82", sonames: ["libcudart.so.12"] },
  {
    project: "nvidia-cublas-cu12",
    version: "12.5.3.2",
    sonames: ["libcublasLt.so.12", "libcublas.so.12"],
  },
  { project: "nvidia-cufft-cu12", version: "11.2.3.61", sonames: ["libcufft.so.11"] },
  { project: "nvidia-nvjitlink-cu12", version: "12.5.82", sonames: ["libnvJitLink.so.12"] },
  { project: "nvidia-cusparse-cu12", version: "12.5.1.3", sonames: ["libcusparse.so.12"] },
  { project: "nvidia-cusolver-cu12", version: "11.6.3.83", sonames: ["libcusolver.so.11"] },
  { project: "nvidia-cuda-cupti-cu12", version: "12.5.82", sonames: ["libcupti.so.12"] },
  {
    project: "nvidia-cuda-nvrtc-cu12",
    version: "12.5.82",
    sonames: ["libnvrtc.so.12", "libnvrtc-builtins.so.12.5"],
  },
  {
    project: "nvidia-cudnn-cu12",
    version: "9.3.0.75",
    sonames: CUDNN_9,
  },
];
