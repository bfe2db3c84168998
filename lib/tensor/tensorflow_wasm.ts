/** TensorFlow.js on its WebAssembly backend: no set-up, one thread, several times slower than ONNX Runtime. */
import type { TensorFlowLibrary } from "./tensorflow_runtime.ts";

/** A tensor as kernels see it. */
interface TensorInfo {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: string;
}

interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly backend: { disposeData(id: object): boolean };
  readonly attrs: Readonly<Record<string, unknown>>;
}

interface Kernel {
  readonly kernelName: string;
  readonly backendName: string;
  readonly kernelFunc: (call: KernelCall) => TensorInfo;
}

/** What choosing the backend needs. */
interface KernelRegistry {
  getKernel(name: string, backend: string): Kernel;
  unregisterKernel(name: string, backend: string): void;
  registerKernel(kernel: Kernel): void;
}

/**
 * Replaces the product's kernel: with a transposed operand, which every gradient of a product has, it is twenty
 * times slower than transposing first.
 */
export function transposeBeforeMatMul(tf: KernelRegistry): void {
  const product = tf.getKernel("BatchMatMul", "wasm"),
    transpose = tf.getKernel("Transpose", "wasm");
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({
    ...product,
    kernelFunc({ inputs, backend, attrs }) {
      const temporary: TensorInfo[] = [];
      const straight = (x: TensorInfo, isTransposed: unknown): TensorInfo => {
        if (isTransposed !== true) return x;
        const axes = x.shape.map((_, axis) => axis), last = axes.length - 1;
        const perm = [...axes.slice(0, -2), last, last - 1];
        const result = transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm } });
        temporary.push(result);
        return result;
      };
      const a = straight(inputs.a!, attrs.transposeA), b = straight(inputs.b!, attrs.transposeB);
      const plain = { ...attrs, transposeA: false, transposeB: false };
      const result = product.kernelFunc({ inputs: { ...inputs, a, b }, backend, attrs: plain });
      for (const { dataId } of temporary) backend.disposeData(dataId);
      return result;
    },
  });
}

/** What of TensorFlow.js sets a backend. */
export interface TensorFlowModule extends TensorFlowLibrary, KernelRegistry {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

/** Sets the WebAssembly backend, which has been registered by importing it. */
export async function useWasm(tf: TensorFlowModule): Promise<TensorFlowLibrary> {
  await tf.setBackend("wasm");
  await tf.ready();
  transposeBeforeMatMul(tf);
  return tf;
}
