/**
 * Puts TensorFlow.js's native engine together, without its install script: that fetches libraries of 2022 from a host
 * of Google's, for CUDA 11. What it consists of is in two registries: the package's JavaScript and the C++ sources of its
 * binding on npm's, and TensorFlow's library, with the C interface the binding is written against, in the wheel of a later
 * TensorFlow (since 2.18 apart from Python).
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { ConfigError, StoreError } from "../core/errors.ts";
import { installWheel } from "./install_wheel.ts";
import { TENSORFLOW_NVIDIA_PACKAGES } from "./nvidia_packages.ts";
import { ask, findWheel, shown } from "./python_index.ts";
import { runtimeEnvironment } from "./runtime_environment.ts";
import { tarFiles } from "./tar_archive.ts";

/** Of npm. */
export const PUBLIC_REGISTRY = "https://registry.npmjs.org";
const REGISTRY = {
  field: "NPM_CONFIG_REGISTRY",
  fix: "name a registry of npm's packages within reach in this variable",
};

/** A package of npm's registry, and what of it is needed. */
interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512, base64: the registry's `dist.integrity`. */
  readonly sha512: string;
  /** Folder to unpack to, from the package's own. */
  readonly folder: string;
}

const PACKAGES: readonly NpmPackage[] = [
  {
    name: "@tensorflow/tfjs-node",
    version: "4.22.0",
    sha512:
      "uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==",
    folder: ".",
  },
  {
    name: "google-protobuf",
    version: "3.21.4",
    sha512:
      "MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==",
    folder: "node_modules/google-protobuf",
  },
  {
    name: "node-api-headers",
    version: "1.9.0",
    sha512:
      "2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
    folder: "node_modules/node-api-headers",
  },
];

/** The package requires the union of all of TensorFlow.js, of which it needs the core: ours, so that there is one. */
const UNION = {
  "package.json": JSON.stringify({ name: "@tensorflow/tfjs", main: "index.js" }),
  "index.js": `module.exports = require("@tensorflow/tfjs-core");\n`,
};

const TENSORFLOW_VERSION = "2.19.1";
const LIBRARIES = ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"];
/** What the binding's sources include, directly or not. */
const HEADERS = [
  ...["c_api", "c_api_macros", "tf_attrtype", "tf_buffer", "tf_datatype"],
  ...["tf_status", "tf_tensor", "tf_tstring", "eager/c_api"],
].map((name) => `include/tensorflow/c/${name}.h`).concat(
  ["include/tensorflow/core/platform", "include/tsl/platform"].flatMap((folder) => [
    `${folder}/ctstring.h`,
    `${folder}/ctstring_internal.h`,
  ]),
  "include/xla/tsl/c/tsl_status.h",
);

/** Options of {@link installTfjs}. */
export interface TfjsInstallOptions {
  /** `cuda` takes the library that has CUDA's kernels too. */
  readonly device: "cpu" | "cuda";
  /** The package's folder. */
  readonly folder: string;
  /** Address of the Python index, and of npm's registry. */
  readonly index: string;
  readonly registry: string;
  /** The C++ compiler. */
  readonly compiler?: string;
  /** Hears what is being done. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Gets what is not there, and compiles the binding: packages of half a megabyte, a wheel of 245 MB; for CUDA, one of
 * 645 MB and NVIDIA's.
 *
 * Errors: a {@link ConfigError} when an index or the compiler cannot be had, a {@link StoreError} for a download that
 * is not what it should be or a binding that does not compile.
 */
export async function installTfjs(options: TfjsInstallOptions): Promise<void> {
  const { device, folder, index, onProgress = () => {} } = options;
  const libraries = join(folder, "deps", "lib");
  Deno.mkdirSync(libraries, { recursive: true });
  for (const part of PACKAGES) await installPackage(part, options);
  writeFiles(join(folder, "node_modules", "@tensorflow", "tfjs"), UNION);
  const missing = [...LIBRARIES, ...HEADERS].filter((name) => !exists(join(libraries, name)));
  if (missing.length > 0) {
    const project = device === "cuda" ? "tensorflow" : "tensorflow-cpu";
    const wheel = await findWheel(index, project, TENSORFLOW_VERSION);
    onProgress(`${project} ${TENSORFLOW_VERSION}: ${shown(wheel.url)}`);
    const bytes = await installWheel(wheel, missing, libraries);
    onProgress(`  ${(bytes / 2 ** 20).toFixed(1)} MiB, sha256 ${wheel.sha256}`);
  }
  for (const { project, version, sonames } of device === "cuda" ? TENSORFLOW_NVIDIA_PACKAGES : []) {
    const absent = sonames.filter((name) => !exists(join(libraries, name)));
    if (absent.length === 0) continue;
    onProgress(`${project} ${version}: ${absent.join(", ")}`);
    await installWheel(await findWheel(index, project, version), absent, libraries);
  }
  await compile(options, libraries);
}

async function installPackage(
  { name, version, sha512, folder: to }: NpmPackage,
  { folder, registry, onProgress = () => {} }: TfjsInstallOptions,
): Promise<void> {
  const target = join(folder, to);
  if (exists(join(target, "package.json"))) return;
  const base = registry.replace(/\/+$/, "");
  const url = `${base}/${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
  onProgress(`${name} ${version}: ${shown(url)}`);
  const bytes = new Uint8Array(await (await ask(url, { source: REGISTRY })).arrayBuffer());
  const got = createHash("sha512").update(bytes).digest("base64");
  if (got !== sha512) {
    throw new StoreError(`${shown(url)}: expected SHA-512 ${sha512}, got ${got}`);
  }
  const files = await tarFiles(bytes, shown(url));
  const { "package.json": description, ...others } = Object.fromEntries(
    files.map((file) => [file.name.split("/").slice(1).join("/"), file.bytes]),
  );
  writeFiles(target, others);
  writeFiles(target, { "package.json": description! }); // last: it says that all others are there
}

function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, contents] of Object.entries(files)) {
    const path = join(folder, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    typeof contents === "string"
      ? Deno.writeTextFileSync(path, contents)
      : Deno.writeFileSync(path, contents);
  }
}

/** Compiles the binding, unless it is there. */
async function compile(
  { folder, compiler = "c++", onProgress = () => {} }: TfjsInstallOptions,
  libraries: string,
): Promise<void> {
  const binding = join(folder, "lib", "napi-v8", "tfjs_binding.node");
  if (exists(binding)) return;
  Deno.mkdirSync(dirname(binding), { recursive: true });
  const part = `${binding}.part`;
  const args = [
    ...["-O2", "-fPIC", "-shared", "-std=c++17", "-DNAPI_VERSION=8"],
    `-I${join(folder, "node_modules", "node-api-headers", "include")}`,
    `-I${join(libraries, "include")}`,
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(folder, "binding", name)),
    `-L${libraries}`,
    ...LIBRARIES.toReversed().map((name) => `-l:${name}`),
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
    ...["-o", part],
  ];
  onProgress(`${compiler} ${args.join(" ")}`);
  const { success, stderr } = await run(compiler, args);
  if (!success) {
    const words = new TextDecoder().decode(stderr).trim().split("\n").slice(0, 5).join("\n");
    throw new StoreError(`${binding}: ${compiler} failed:\n${words}`);
  }
  Deno.renameSync(part, binding);
}

async function run(compiler: string, args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(compiler, { args, env: runtimeEnvironment() }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigError(
      "setup:tfjs",
      `expected a C++ compiler named ${compiler}, got none; install it (Debian: g++)`,
    );
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
