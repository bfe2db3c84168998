/**
 * The process that asks NVIDIA's driver, whose library is the argument, for its GPUs: one line of JSON, a
 * {@link DriverReport}. The functions are those of the CUDA Driver API.
 */
import type { DriverReport, Gpu } from "./nvidia_driver.ts";

const SYMBOLS = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetAttribute: { parameters: ["buffer", "i32", "i32"], result: "i32" },
} as const;
/** CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR. */
const CAPABILITY = [75, 76] as const;
const LONGEST_NAME = 256;

function ask(path: string): DriverReport {
  const { symbols: driver } = Deno.dlopen(path, SYMBOLS);
  /** The integer that a function writes. Errors: one with CUDA's number when the function fails. */
  const integer = (call: (into: Int32Array<ArrayBuffer>) => number): number => {
    const into = new Int32Array(1);
    check(call(into));
    return into[0]!;
  };
  check(driver.cuInit(0));
  const cuda = integer((into) => driver.cuDriverGetVersion(into));
  const count = integer((into) => driver.cuDeviceGetCount(into));
  const gpus = Array.from({ length: count }, (_, i): Gpu => {
    const device = integer((into) => driver.cuDeviceGet(into, i));
    const name = new Uint8Array(LONGEST_NAME), bytes = new BigUint64Array(1);
    check(driver.cuDeviceGetName(name, LONGEST_NAME, device));
    check(driver.cuDeviceTotalMem_v2(bytes, device));
    const capability = CAPABILITY.map((attribute) =>
      integer((into) => driver.cuDeviceGetAttribute(into, attribute, device))
    );
    return {
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      bytes: Number(bytes[0]!),
      capability: capability.join("."),
    };
  });
  return { cuda, gpus };
}

function check(result: number): void {
  if (result !== 0) throw new Error(`the driver answers with error ${result} of CUDA`);
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(ask(Deno.args[0]!)));
  } catch (error) {
    console.log(JSON.stringify({ error: (error as Error).message }));
  }
  Deno.exit(0);
}
