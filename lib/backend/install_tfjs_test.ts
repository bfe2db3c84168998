import { deepEqual, equal, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { StoreError } from "../core/errors.ts";
import { installTfjs } from "./install_tfjs.ts";
import { installWheel } from "./install_wheel.ts";
import { zipFile } from "./testdata/zip_file.ts";

/** A server on this machine that answers every request with `bytes`, and an empty folder. */
async function withServer(
  bytes: Uint8Array<ArrayBuffer>,
  use: (address: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(bytes),
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("a package that is not the pinned one is refused, and none of it is unpacked", async () => {
  await withServer(bytesOf("another package"), async (address, folder) => {
    await rejects(
      installTfjs({ device: "cpu", folder, index: address, registry: `${address}/` }),
      (error: Error) =>
        error instanceof StoreError &&
        /tfjs-node-4\.22\.0\.tgz: expected SHA-512 \S{88}, got \S{88}$/.test(error.message),
    );
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["deps"]);
  });
});

Deno.test("a registry that does not answer is named, with its own variable", async () => {
  const refusing = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status: 404 }),
  );
  const folder = Deno.makeTempDirSync();
  try {
    const registry = `http://127.0.0.1:${refusing.addr.port}`;
    await rejects(installTfjs({ device: "cpu", folder, index: registry, registry }), {
      message: `NPM_CONFIG_REGISTRY: expected an answer from ${registry}/@tensorflow/tfjs-node/-/` +
        "tfjs-node-4.22.0.tgz, got status 404",
    });
  } finally {
    await refusing.shutdown();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("files of a wheel with the same name in two folders keep their folders", async () => {
  const wheel = zipFile({
    "data/include/c/eager/api.h": bytesOf("eager"),
    "data/include/c/api.h": bytesOf("plain"),
    "data/lib.so": bytesOf("library"),
  });
  await withServer(wheel, async (url, folder) => {
    const sha256 = createHash("sha256").update(wheel).digest("hex");
    const names = ["include/c/api.h", "include/c/eager/api.h", "lib.so"];
    await installWheel({ name: "data.whl", url, sha256 }, names, folder);
    const read = (name: string) => Deno.readTextFileSync(join(folder, name));
    deepEqual(names.map(read), ["plain", "eager", "library"]);
    equal([...Deno.readDirSync(folder)].length, 2); // nothing else is left
  });
});
