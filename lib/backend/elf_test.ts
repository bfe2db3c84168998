import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { readSharedLibrary } from "./elf.ts";
import { onnxRuntimeFolder } from "./onnx_package.ts";
import { elfFile } from "./testdata/elf_file.ts";

Deno.test({
  name: "the libraries of ONNX Runtime say what `readelf -d` prints of them",
  ignore: Deno.build.os !== "linux" || Deno.build.arch !== "x86_64",
  fn() {
    const folder = onnxRuntimeFolder();
    deepEqual(readSharedLibrary(join(folder, "libonnxruntime.so.1")), {
      soname: "libonnxruntime.so.1",
      needed: [
        "libdl.so.2",
        "librt.so.1",
        "libpthread.so.0",
        "libstdc++.so.6",
        "libm.so.6",
        "libgcc_s.so.1",
        "libc.so.6",
        "ld-linux-x86-64.so.2",
      ],
      searchPath: ["$ORIGIN"],
    });
    deepEqual(readSharedLibrary(join(folder, "onnxruntime_binding.node")), {
      soname: "onnxruntime_binding.node",
      needed: ["libonnxruntime.so.1", "libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6"],
      searchPath: ["$ORIGIN/"],
    });
  },
});

Deno.test("what is no library of this machine's kind is none", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "lib.so");
    const kind = (change: (bytes: Uint8Array) => Uint8Array) => {
      Deno.writeFileSync(path, change(elfFile({ needed: ["a.so"] })));
      return readSharedLibrary(path)?.needed ?? null;
    };
    deepEqual(kind((bytes) => bytes), ["a.so"]);
    equal(kind((bytes) => bytes.with(4, 1) as Uint8Array), null); // 32 bits
    equal(kind((bytes) => bytes.with(18, 40) as Uint8Array), null); // another processor
    equal(kind((bytes) => bytes.slice(0, 70)), null); // cut off
    equal(kind(() => new TextEncoder().encode("INPUT(libc.so.6)")), null); // a linker script
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
