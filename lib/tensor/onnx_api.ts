/**
 * ONNX Runtime's C interface, called directly, in the library that the Node binding brings.
 *
 * The binding leaves outputs on a device for WebGPU alone: it asks for memory named `WebGPU_Buf` whatever the provider
 * is (microsoft/onnxruntime:js/node/src/inference_session_wrap.cc), which no allocator of CUDA's answers to; and to
 * download one ends the process. Calling by pointer needs Deno's permission for all native code.
 */

/**
 * Places of the functions in the table that `OrtApi::GetApi` returns, and their parameters. The table only ever grows
 * at its end (onnxruntime/core/session/onnxruntime_c_api.cc asserts it); these are there since version 12.
 *
 * Unless said otherwise, a function returns a status: null, or what went wrong.
 */
const FUNCTIONS = {
  createEnv: [3, ["i32", "buffer", "buffer"]],
  createSessionFromArray: [8, ["pointer", "buffer", "usize", "pointer", "buffer"]],
  createSessionOptions: [10, ["buffer"]],
  setSessionLogSeverityLevel: [22, ["pointer", "i32"]],
  setIntraOpNumThreads: [24, ["pointer", "i32"]],
  setInterOpNumThreads: [25, ["pointer", "i32"]],
  createTensorWithDataAsOrtValue: [49, [
    "pointer",
    "buffer",
    "usize",
    "buffer",
    "usize",
    "i32",
    "buffer",
  ]],
  getTensorMutableData: [51, ["pointer", "buffer"]],
  createMemoryInfo: [68, ["buffer", "i32", "i32", "i32", "buffer"]],
  allocatorFree: [76, ["pointer", "pointer"]],
  getAllocatorWithDefaultOptions: [78, ["buffer"]],
  addSessionConfigEntry: [130, ["pointer", "buffer", "buffer"]],
  runWithBinding: [133, ["pointer", "pointer", "pointer"]],
  createIoBinding: [134, ["pointer", "buffer"]],
  bindInput: [136, ["pointer", "buffer", "pointer"]],
  bindOutput: [137, ["pointer", "buffer", "pointer"]],
  bindOutputToDevice: [138, ["pointer", "buffer", "pointer"]],
  getBoundOutputValues: [140, ["pointer", "pointer", "buffer", "buffer"]],
  appendTensorRtProvider: [170, ["pointer", "pointer"]],
  createTensorRtProviderOptions: [171, ["buffer"]],
  synchronizeBoundInputs: [202, ["pointer"]],
  synchronizeBoundOutputs: [203, ["pointer"]],
  appendCudaProvider: [204, ["pointer", "pointer"]],
  createCudaProviderOptions: [205, ["buffer"]],
  appendProvider: [216, ["pointer", "buffer", "buffer", "buffer", "usize"]],
} as const satisfies Record<string, readonly [number, readonly Deno.NativeType[]]>;

/** Functions of an interface that return nothing, of one pointer. */
const RELEASES = {
  releaseStatus: 93,
  releaseSession: 95,
  releaseValue: 96,
  releaseSessionOptions: 100,
  clearBoundInputs: 141,
  clearBoundOutputs: 142,
  releaseIoBinding: 135,
  releaseTensorRtProviderOptions: 174,
  releaseCudaProviderOptions: 208,
} as const;

const GET_ERROR_MESSAGE = 2;
/** The version of the interface that has all of {@link FUNCTIONS}. */
const API_VERSION = 12;
const POINTER_BYTES = 8;

type FunctionName = keyof typeof FUNCTIONS;
type ReleaseName = keyof typeof RELEASES;

/** What a C function takes. */
export type NativeArgument = number | Deno.PointerValue | ArrayBufferView<ArrayBuffer> | null;

/** An object of ONNX Runtime. */
export type Handle = Deno.PointerObject;

/** The functions of one loaded library. */
export interface OnnxApi {
  readonly version: string;
  /** Calls a function. Errors: an Error with ONNX Runtime's message. */
  call(name: FunctionName, ...args: NativeArgument[]): void;
  /** Calls a function whose last parameter takes the address of its result; the result. */
  make(name: FunctionName, ...args: NativeArgument[]): Handle;
  /** Gives an object back, or empties it. */
  release(name: ReleaseName, handle: Handle): void;
}

/** The library at `path`. Errors: the loader's, or one of a library that is too old. */
export function openOnnxApi(path: string): OnnxApi {
  const { symbols } = Deno.dlopen(path, {
    OrtGetApiBase: { parameters: [], result: "pointer" },
  });
  const base = new Deno.UnsafePointerView(present(symbols.OrtGetApiBase()));
  const getApi = nativeFunction(base.getPointer(0), ["u32"], "pointer");
  const getVersion = nativeFunction(base.getPointer(POINTER_BYTES), [], "pointer");
  const table = getApi.call(API_VERSION);
  if (table === null) throw new Error(`${path}: expected interface version ${API_VERSION}`);
  return bind(new Deno.UnsafePointerView(table), text(getVersion.call()));
}

function bind(table: Deno.UnsafePointerView, version: string): OnnxApi {
  const at = (place: number) => table.getPointer(place * POINTER_BYTES);
  const messageOf = nativeFunction(at(GET_ERROR_MESSAGE), ["pointer"], "pointer");
  const functions = new Map(
    Object.entries(FUNCTIONS).map(([name, [place, parameters]]) => [
      name,
      nativeFunction(at(place), parameters as readonly Deno.NativeType[], "pointer"),
    ]),
  );
  const releases = new Map(
    Object.entries(RELEASES).map(([name, place]) => [
      name,
      nativeFunction(at(place), ["pointer"], "void"),
    ]),
  );
  const release = (name: ReleaseName, handle: Handle) => releases.get(name)!.call(handle);
  const call = (name: FunctionName, ...args: NativeArgument[]) => {
    const status = functions.get(name)!.call(...args);
    if (status === null) return;
    const message = text(messageOf.call(status));
    release("releaseStatus", status);
    throw new Error(`ONNX Runtime: ${message}`);
  };
  return {
    version,
    call,
    release,
    make(name, ...args) {
      const result = new BigUint64Array(1);
      call(name, ...args, result);
      return present(Deno.UnsafePointer.create(result[0]!));
    },
  };
}

function nativeFunction<
  const P extends readonly Deno.NativeType[],
  const R extends "pointer" | "void",
>(pointer: Deno.PointerValue, parameters: P, result: R) {
  const definition = { parameters, result };
  return new Deno.UnsafeFnPointer(
    present(pointer) as Deno.PointerObject<typeof definition>,
    definition,
  );
}

/** A string as C has it. */
export function cString(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}

/** A pointer that is not null. Errors: an Error for null. */
function present(pointer: Deno.PointerValue): Handle {
  if (pointer === null) throw new Error("ONNX Runtime: expected an object, got null");
  return pointer;
}

function text(pointer: Deno.PointerValue): string {
  return new Deno.UnsafePointerView(present(pointer)).getCString();
}
