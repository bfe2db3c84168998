/**
 * Every package the project uses, imported here and nowhere else; versions are in `deno.json`.
 *
 * Heavy packages load when first asked for, so that planning stays instant.
 */
import { parseArgs as parseArgsUntyped } from "@std/cli";
import { parse as parseYamlUntyped } from "@std/yaml";

export { z } from "zod";

// `@std/*` is mapped to an npm republication without types (see README, "Packages"); with the `jsr:` line the
// same two signatures hold.

/** Options of {@link parseArgs} that the project uses. */
export interface ParseArgsOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly stopEarly?: boolean;
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Command-line arguments as an object; positional ones under `_`. */
export const parseArgs: (
  args: readonly string[],
  options?: ParseArgsOptions,
) => Record<string, unknown> & { readonly _: readonly (string | number)[] } = parseArgsUntyped;

/** The value a YAML document holds. */
export const parseYaml: (text: string) => unknown = parseYamlUntyped;

/** ONNX Runtime: native code, about 50 ms to load. */
export const loadOnnxRuntime = () => import("onnxruntime-node");
/**
 * Cortex Compute Engine: reads and evaluates LaTeX. JavaScript only, 1.3 MB, needs no permission besides reading;
 * 0.3 s and 55 MB with its first engine. It bounds neither time nor size: what it reads has to be chosen before.
 *
 * Versions above 0.61 read environment variables while they load, which a worker process may not.
 */
export const loadComputeEngine = () => import("@cortex-js/compute-engine");
/** protobufjs's encoder, without its parser. */
export const loadProtobuf = async () => (await import("protobufjs/minimal.js")).default;
export type { ColumnTable } from "arquero";
export type { Config as VegaLiteConfig, TopLevelSpec as VegaLiteSpec } from "vega-lite";

/**
 * TensorFlow.js with its WebAssembly backend: half a second and 80 MB to load, needs no permission besides reading.
 *
 * The layers package is there for what importing it does: it registers the operations' gradients, which the core
 * package has and does not export.
 */
export const loadTensorFlow = async () => {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-layers");
  await import("@tensorflow/tfjs-backend-wasm");
  return tf;
};

/** Arquero: tables. */
export const loadArquero = () => import("arquero");
/** Vega and Vega-Lite: charts. */
export const loadVega = async () => ({
  vega: await import("vega"),
  vegaLite: await import("vega-lite"),
});

/** Writes Parquet. */
export const loadParquetWriter = () => import("hyparquet-writer");
export type { SchemaElement as ParquetElement } from "hyparquet";
/** Reads Parquet. */
export const loadParquetReader = () => import("hyparquet");
/** Decodes JPEG, in plain JavaScript. */
export const loadJpeg = () => import("jpeg-js");

/**
 * SVG → PNG by WebAssembly, without a browser. With it come the two fonts of our figures: Arimo is as wide as
 * Helvetica and Arial, for which the charts are laid out.
 */
export const loadResvg = async () => {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const asset = (name: string) => Deno.readFile(new URL(import.meta.resolve(name)));
  const [program, ...fonts] = await Promise.all([
    asset("@resvg/resvg-wasm/index_bg.wasm"),
    asset("@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf"),
    asset("@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf"),
  ]);
  return { initialize: () => initWasm(program!), Resvg, fonts };
};
