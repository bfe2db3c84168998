/** NVIDIA's libraries for CUDA 13 as packages of the Python index. */

/** A package, pinned, and the libraries in it that we take. */
export interface NvidiaPackage {
  readonly project: string;
  readonly version: string;
  readonly sonames: readonly string[];
}

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
    sonames: [
      "libcudnn.so.9",
      "libcudnn_adv.so.9",
      "libcudnn_cnn.so.9",
      "libcudnn_engines_precompiled.so.9",
      "libcudnn_engines_runtime_compiled.so.9",
      "libcudnn_graph.so.9",
      "libcudnn_heuristic.so.9",
      "libcudnn_ops.so.9",
    ],
  },
];
