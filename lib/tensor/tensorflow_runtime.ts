/** Runs programs in TensorFlow.js: operation by operation, differentiated by TensorFlow.js itself. */
import type { HostArray, HostTensor, Named } from "./program.ts";
import type { Outputs, ResidentTensor, Session, TensorRuntime } from "./runtime.ts";
import { type TensorFlow, tensorFlowOps, type TfTensor } from "./tensorflow_ops.ts";

/** What a runtime needs of a loaded TensorFlow.js besides its operations. */
export interface TensorFlowLibrary extends TensorFlow {
  readonly version_core: string;
}

/** A tensor on the backend's device. */
class TensorFlowTensor implements ResidentTensor {
  constructor(readonly tensor: TfTensor) {}

  get shape(): readonly number[] {
    return this.tensor.shape;
  }
}

/** The runtime on a library whose backend is set. */
export function tensorFlowRuntime(
  tf: TensorFlowLibrary,
  { inHostMemory = true }: Partial<Pick<TensorRuntime, "inHostMemory">> = {},
): TensorRuntime {
  const ops = tensorFlowOps(tf);
  const upload = ({ data, shape }: HostTensor): TfTensor =>
    tf.tensor(data, [...shape], data instanceof Float32Array ? "float32" : "int32");
  return {
    version: tf.version_core,
    inHostMemory,
    compile(program, resident = []): Promise<Session> {
      return Promise.resolve({
        async run(feeds, spare = {}) {
          checkFeeds(program.inputs, feeds);
          const outputs: Record<string, TfTensor> = {};
          const values: Record<string, HostArray> = {}, kept: Record<string, ResidentTensor> = {};
          tf.engine().startScope();
          try {
            const inputs = Object.fromEntries(
              Object.entries(feeds).map(([name, feed]) => [
                name,
                "data" in feed ? upload(feed) : tensorOf(feed),
              ]),
            );
            const built = program.build(ops, inputs);
            for (const [name, tensor] of Object.entries(built)) {
              outputs[name] = tf.keep(tf.clone(tensor));
            }
          } finally {
            tf.engine().endScope();
            ops.disposeKept();
          }
          for (const [name, tensor] of Object.entries(outputs)) {
            if (resident.includes(name)) kept[name] = new TensorFlowTensor(tensor);
            else {
              values[name] = await tensor.data();
              tensor.dispose();
            }
          }
          for (const tensor of Object.values(spare)) tensorOf(tensor).dispose();
          return { values, resident: kept } satisfies Outputs;
        },
        release: () => Promise.resolve(),
      });
    },
    place: (tensor) => Promise.resolve(new TensorFlowTensor(upload(tensor))),
    async read(tensor) {
      const data = await tensorOf(tensor).data();
      if (data instanceof Float32Array) return data.slice();
      throw new TypeError("Expected a float32 tensor");
    },
    free: (tensor) => tensorOf(tensor).dispose(),
  };
}

function tensorOf(tensor: ResidentTensor): TfTensor {
  if (tensor instanceof TensorFlowTensor) return tensor.tensor;
  throw new TypeError("Expected a tensor of this runtime");
}

/** TensorFlow.js would compute with whatever shapes come. */
function checkFeeds(
  inputs: Named<{ readonly shape: readonly number[] }>,
  feeds: Named<HostTensor | ResidentTensor>,
): void {
  for (const [name, { shape }] of Object.entries(inputs)) {
    const got = feeds[name]?.shape;
    if (got === undefined || got.join() !== shape.join()) {
      throw new RangeError(
        `${name}: expected shape [${shape}], got ${got ? `[${got}]` : "nothing"}`,
      );
    }
  }
}
