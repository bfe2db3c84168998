import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { neededLibraries, type NeededLibrary } from "./library_closure.ts";
import { type LoaderSettings, loaderSettings, parseLoaderCache } from "./library_search.ts";
import { onnxRuntimeFolder } from "./onnx_package.ts";
import { elfFile, type ElfParts } from "./testdata/elf_file.ts";

const NO_LOADER: LoaderSettings = { environment: [], cache: new Map(), folders: [] };

/** Writes libraries below a new folder, calls `use` with it, and removes it. */
function withLibraries(files: Readonly<Record<string, ElfParts>>, use: (folder: string) => void) {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, parts] of Object.entries(files)) {
      Deno.mkdirSync(join(folder, name, ".."), { recursive: true });
      Deno.writeFileSync(join(folder, name), elfFile(parts));
    }
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const brief = (libraries: readonly NeededLibrary[] | null, folder: string) =>
  libraries?.map(({ soname, neededBy, path, isFoundByLoader }) =>
    `${soname} < ${neededBy}: ${path?.replace(`${folder}/`, "") ?? "-"}${
      isFoundByLoader ? "" : " *"
    }`
  );

Deno.test("libraries come before those that need them, with the way each one is found", () => {
  const files = {
    "engine/provider.so": { needed: ["blas.so.13", "driver.so.1", "gone.so.1"] },
    "engine/blas.so.13": { needed: ["light.so.13"], runpath: "$ORIGIN" },
    "engine/light.so.13": { needed: [] },
    "driver/driver.so.1": { needed: ["c.so.6"] },
    "system/c.so.6": { needed: [] },
    "engine/dnn.so.9": { needed: ["c.so.6"], runpath: "/nowhere:${ORIGIN}/parts" },
    "engine/parts/dnn_ops.so.9": { needed: ["dnn.so.9"] },
  };
  withLibraries(files, (folder) => {
    const found = neededLibraries(join(folder, "engine/provider.so"), {
      loader: { ...NO_LOADER, folders: [join(folder, "system")] },
      folders: [join(folder, "driver")],
      openedByName: { "provider.so": ["dnn.so.9"], "dnn.so.9": ["dnn_ops.so.9"] },
    });
    deepEqual(brief(found, folder), [
      "light.so.13 < blas.so.13: engine/light.so.13",
      "blas.so.13 < provider.so: engine/blas.so.13 *",
      "c.so.6 < driver.so.1: system/c.so.6",
      "driver.so.1 < provider.so: driver/driver.so.1 *",
      "gone.so.1 < provider.so: - *",
      "dnn_ops.so.9 < dnn.so.9: engine/parts/dnn_ops.so.9",
      "dnn.so.9 < provider.so: engine/dnn.so.9 *",
    ]);
  });
});

Deno.test("the environment comes first, then the library's own folders, the cache, the system's", () => {
  const files = {
    "root.so": { needed: ["a.so"], runpath: "$ORIGIN/own" },
    "environment/a.so": { needed: [] },
    "own/a.so": { needed: [] },
    "cached/a.so": { needed: [] },
    "system/a.so": { needed: [] },
  };
  withLibraries(files, (folder) => {
    const at = (name: string) => join(folder, name);
    const loader = {
      environment: [at("environment")],
      cache: new Map([["a.so", [at("cached/a.so")]]]),
      folders: [at("system")],
    };
    const first = () => {
      const [library] = neededLibraries(at("root.so"), { loader, folders: [], openedByName: {} })!;
      return library!;
    };
    for (const place of ["environment", "own", "cached", "system"]) {
      equal(first().path, at(`${place}/a.so`));
      equal(first().isFoundByLoader, place !== "environment"); // which child processes lack
      Deno.removeSync(at(`${place}/a.so`));
    }
    equal(first().path, null);
    equal(neededLibraries(at("none.so"), { loader, folders: [], openedByName: {} }), null);
  });
});

Deno.test("the C runtime is left to the loader, whatever the environment has", () => {
  const files = {
    "root.so": { needed: ["libstdc++.so.6", "libc.so.6", "libcurand.so.10"] },
    "environment/libstdc++.so.6": {},
    "environment/libc.so.6": {},
    "environment/libcurand.so.10": {},
    "system/libstdc++.so.6": {},
    "system/libc.so.6": {},
  };
  withLibraries(files, (folder) => {
    const loader = {
      environment: [join(folder, "environment")],
      cache: new Map(),
      folders: [join(folder, "system")],
    };
    const found = neededLibraries(join(folder, "root.so"), {
      loader,
      folders: [],
      openedByName: {},
    });
    deepEqual(brief(found, folder), [
      "libstdc++.so.6 < root.so: system/libstdc++.so.6",
      "libc.so.6 < root.so: system/libc.so.6",
      "libcurand.so.10 < root.so: environment/libcurand.so.10 *",
    ]);
  });
});

Deno.test("a loader cache lists every file of a name; one of an older glibc stands behind another table", () => {
  const cache = (before: string) => {
    const names = "liba.so.1\0/x/liba.so.1\0/y/liba.so.1\0";
    const strings = 48 + 2 * 24;
    const bytes = new Uint8Array(strings + names.length);
    const view = new DataView(bytes.buffer);
    bytes.set(new TextEncoder().encode("glibc-ld.so.cache1.1"));
    view.setUint32(20, 2, true);
    [10, 23].forEach((path, i) => {
      view.setUint32(48 + 24 * i + 4, strings, true);
      view.setUint32(48 + 24 * i + 8, strings + path, true);
    });
    bytes.set(new TextEncoder().encode(names), strings);
    return new Uint8Array([...new TextEncoder().encode(before), ...bytes]);
  };
  for (const before of ["", "ld.so-1.7.0\0\0\0\0\0"]) {
    deepEqual([...parseLoaderCache(cache(before))], [["liba.so.1", [
      "/x/liba.so.1",
      "/y/liba.so.1",
    ]]]);
  }
  deepEqual([...parseLoaderCache(null)], []);
  deepEqual([...parseLoaderCache(new TextEncoder().encode("else"))], []);
});

Deno.test({
  name: "on this machine the loader finds all that ONNX Runtime needs",
  ignore: Deno.build.os !== "linux",
  fn() {
    const found = neededLibraries(join(onnxRuntimeFolder(), "onnxruntime_binding.node"), {
      loader: loaderSettings(),
      folders: [],
      openedByName: {},
    });
    deepEqual(found?.filter(({ isFoundByLoader }) => !isFoundByLoader), []);
    ok(found?.some(({ soname }) => soname === "libonnxruntime.so.1"));
    ok(found?.some(({ soname }) => soname === "libc.so.6"));
  },
});
