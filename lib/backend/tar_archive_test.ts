import { deepEqual, equal, rejects } from "node:assert/strict";
import { StoreError } from "../core/errors.ts";
import { tarFiles } from "./tar_archive.ts";

/** A header and its contents, as `tar --format=ustar` lays them out. */
function entry(name: string, type: string, text: string, prefix = ""): Uint8Array {
  const body = new TextEncoder().encode(text);
  const block = new Uint8Array(512 + Math.ceil(body.length / 512) * 512);
  const put = (value: string, at: number) => block.set(new TextEncoder().encode(value), at);
  put(name, 0);
  put(body.length.toString(8).padStart(11, "0"), 124);
  put(type, 156);
  put("ustar\x0000", 257);
  put(prefix, 345);
  block.set(body, 512);
  return block;
}

async function gzip(parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const END = new Uint8Array(1024);

Deno.test("regular files come with their whole names, folders and links do not", async () => {
  const long = "x".repeat(600);
  const files = await tarFiles(
    await gzip([
      entry("package/", "5", ""),
      entry("package/a.js", "0", "a"),
      entry("link", "2", ""),
      entry("long.js", "0", long, "package/deep"),
      entry("package/empty", "0", ""),
      END,
    ]),
    "p.tgz",
  );
  deepEqual(
    files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]),
    [["package/a.js", "a"], ["package/deep/long.js", long], ["package/empty", ""]],
  );
});

Deno.test("what is no archive, or was cut off, is refused with its name", async () => {
  const whole = await gzip([entry("a", "0", "text"), END]);
  equal((await tarFiles(whole, "a.tgz")).length, 1);
  const isRefused = (bytes: Uint8Array<ArrayBuffer>) =>
    rejects(
      tarFiles(bytes, "a.tgz"),
      (error: Error) => error instanceof StoreError && /^a\.tgz: expected/.test(error.message),
    );
  await isRefused(whole.slice(0, 20));
  await isRefused(new TextEncoder().encode("<html>no such package</html>"));
  await isRefused(await gzip([entry("a", "0", "text").slice(0, 512)])); // a header without its file
});

Deno.test("a name that leads out of the folder is refused", async () => {
  for (const name of ["../evil.js", "package/../../evil.js", "/etc/evil"]) {
    const packed = await gzip([entry(name, "0", "x"), END]);
    await rejects(tarFiles(packed, "p.tgz"), {
      name: "StoreError",
      message: `p.tgz: expected names below a folder, got "${name}"`,
    });
  }
});
