import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ConfigError, StoreError } from "../core/errors.ts";
import { missingFiles } from "./device_libraries.ts";
import { installCuda } from "./install_cuda.ts";
import { NVIDIA_PACKAGES } from "./nvidia_packages.ts";
import { elfFile, type ElfParts } from "./testdata/elf_file.ts";
import { zipFile } from "./testdata/zip_file.ts";

const VERSION = "1.30.0";
/** What the wheels hold: the libraries with what they ask for, among files that nobody wants. */
const LIBRARIES: Readonly<Record<string, ElfParts>> = {
  "libonnxruntime_providers_cuda.so": {
    needed: ["libcublas.so.13", "libcudart.so.13", "libcuda.so.1"],
  },
  "libonnxruntime_providers_tensorrt.so": { needed: ["libnvinfer.so.10"] },
  "libcublas.so.13": { needed: ["libcublasLt.so.13"] },
};
const WHEELS = [
  {
    project: "onnxruntime-gpu",
    version: VERSION,
    tag: "cp311-cp311-manylinux_2_28",
    names: [
      "libonnxruntime_providers_cuda.so",
      "libonnxruntime_providers_shared.so",
      "libonnxruntime_providers_tensorrt.so",
    ],
  },
  ...NVIDIA_PACKAGES.map(({ project, version, sonames }) => ({
    project,
    version,
    tag: "py3-none-manylinux2014",
    names: sonames,
  })),
];

/** The ways an index can be other than it should. */
interface Faults {
  /** Projects whose file is not what the index says. */
  readonly wrongHash?: string;
  readonly noFiles?: string;
  readonly isHtml?: boolean;
  readonly notForUs?: string;
}

/** An index on this machine, and a folder to install to. `asked` are the paths it was asked for. */
async function withIndex(
  { wrongHash, noFiles, isHtml = false, notForUs }: Faults,
  use: (index: string, folder: string, asked: readonly string[]) => Promise<void>,
) {
  const files = new Map<string, Uint8Array<ArrayBuffer>>(), pages = new Map<string, object[]>();
  for (const { project, version, tag, names } of WHEELS) {
    const content = Object.fromEntries(
      names.map((name) => {
        const library = elfFile(LIBRARIES[name] ?? {});
        return [`data/lib/${name}`, project === notForUs ? library.with(18, 40) : library];
      }),
    );
    const wheel = zipFile({ "data/METADATA": new Uint8Array(9), ...content });
    const filename = `${project.replaceAll("-", "_")}-${version}-${tag}_x86_64.whl`;
    const sha256 = createHash("sha256").update(wheel).digest("hex");
    files.set(`/files/${filename}`, project === wrongHash ? wheel.with(40, 1) : wheel);
    pages.set(
      `/simple/${project}/`,
      project === noFiles ? [] : [
        { filename: filename.replace(version, "0.1"), url: "../../files/x", hashes: { sha256 } },
        {
          filename: filename.replace("x86_64", "aarch64"),
          url: "../../files/y",
          hashes: { sha256 },
        },
        { filename, url: `../../files/${filename}`, hashes: { sha256 } },
      ],
    );
  }
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    const file = files.get(pathname), page = pages.get(pathname);
    if (file !== undefined) return new Response(file);
    if (page === undefined) return new Response("none", { status: 404 });
    if (!isHtml) {
      const type = "application/vnd.pypi.simple.v1+json";
      return new Response(JSON.stringify({ files: page }), { headers: { "content-type": type } });
    }
    const links = (page as { filename: string; url: string; hashes: { sha256: string } }[]).map((
      { filename, url, hashes },
    ) =>
      `<a href="${url}#sha256=${hashes.sha256}" data-requires-python="&gt;=3">${filename}</a><br/>`
    );
    return new Response(links.join("\n"), { headers: { "content-type": "text/html" } });
  });
  const folder = Deno.makeTempDirSync();
  try {
    await use(`http://127.0.0.1:${server.addr.port}/simple`, folder, asked);
  } finally {
    await server.shutdown();
    Deno.removeSync(folder, { recursive: true });
  }
}

const placesIn = (folder: string) => ({
  onnx: folder,
  loader: { environment: [], cache: new Map(), folders: [] },
});
const install = (index: string, folder: string) =>
  installCuda({ index, places: placesIn(folder), version: VERSION });
const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

for (const isHtml of [false, true]) {
  Deno.test(`all that is missing but the driver comes from the index, in ${isHtml ? "HTML" : "JSON"}`, () =>
    withIndex({ isHtml }, async (index, folder, asked) => {
      await install(index, folder);
      const missing = missingFiles({ backend: "onnx", device: "cuda" }, placesIn(folder));
      deepEqual(missing.map(({ file }) => file), ["libcuda.so.1"]);
      deepEqual(
        Deno.readFileSync(join(folder, "libcublas.so.13")),
        elfFile(LIBRARIES["libcublas.so.13"]!),
      );
      // Nothing in these libraries asks for random numbers, so the package with them is left alone.
      equal(filesIn(folder).includes("libcurand.so.10"), false);
      equal(filesIn(folder).some((name) => name.startsWith(".")), false);
      const before = asked.length;
      await install(index, folder);
      equal(asked.length, before); // all is there
    }));
}

Deno.test("a wheel that is not what the index says leaves nothing behind", () =>
  withIndex({ wrongHash: "onnxruntime-gpu" }, async (index, folder) => {
    await rejects(install(index, folder), (error) => {
      equal(error instanceof StoreError, true);
      match(
        (error as Error).message,
        /^onnxruntime_gpu-1\.30\.0-.*: expected sha256 \w{64}, as the index says, got \w{64}/,
      );
      return true;
    });
    deepEqual(filesIn(folder), []);
  }));

Deno.test("what was installed before a faulty wheel stays, and nothing of the faulty one", () =>
  withIndex({ wrongHash: "nvidia-cublas" }, async (index, folder) => {
    await rejects(install(index, folder), StoreError);
    deepEqual(filesIn(folder), [
      "libcudart.so.13",
      "libonnxruntime_providers_cuda.so",
      "libonnxruntime_providers_shared.so",
      "libonnxruntime_providers_tensorrt.so",
    ]);
  }));

Deno.test("libraries for another machine are refused, and asked for once", () =>
  withIndex({ notForUs: "nvidia-cuda-runtime" }, async (index, folder, asked) => {
    await rejects(
      install(index, folder),
      /nvidia-cuda-runtime .*: expected libraries for this machine in it/,
    );
    equal(asked.filter((path) => path.startsWith("/files/nvidia_cuda_runtime")).length, 1);
  }));

Deno.test("an index without the wheel, and none at all, are one error with the way to do it by hand", async () => {
  await withIndex({ noFiles: "onnxruntime-gpu" }, async (index, folder) => {
    await rejects(install(index, folder), (error) => {
      equal(error instanceof ConfigError, true);
      const [problem, byHand, wheel] = (error as Error).message.split("\n");
      equal(
        problem,
        `--index: expected a wheel of onnxruntime-gpu 1.30.0 for Linux on x86-64 at ${index}/onnxruntime-gpu/, got no files`,
      );
      equal(byHand?.endsWith(`copy the files named behind each to ${folder}:`), true);
      match(wheel!, /onnxruntime-gpu==1\.30\.0: libonnxruntime_providers_shared\.so, /);
      return true;
    });
    await rejects(install(`${index}/none`, folder), /got status 404\nBy hand/);
    deepEqual(filesIn(folder), []);
  });
  const folder = Deno.makeTempDirSync();
  try {
    // Port 9 is "discard", which nothing listens on.
    await rejects(
      install("http://127.0.0.1:9/simple", folder),
      /expected an answer from http:\/\/127\.0\.0\.1:9\/simple\/onnxruntime-gpu\/, got .*; name an index within reach with --index URL or PIP_INDEX_URL\nBy hand/,
    );
    deepEqual(filesIn(folder), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
