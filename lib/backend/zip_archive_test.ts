import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { StoreError } from "../core/errors.ts";
import { zipFile } from "./testdata/zip_file.ts";
import { unpackEntry, zipEntries } from "./zip_archive.ts";

/** More than a stream's chunk, and no repetition of it. */
const LARGE = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 7);
const FILES = {
  "a/packed.so": LARGE,
  "a/stored.so": LARGE.slice(1000),
  "a/empty": new Uint8Array(),
  "a/empty_stored": new Uint8Array(),
};

async function withFile(bytes: Uint8Array, use: (path: string, folder: string) => unknown) {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "archive.zip");
    Deno.writeFileSync(path, bytes);
    await use(path, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("packed, stored and empty files come out as they went in", () =>
  withFile(zipFile(FILES), async (path, folder) => {
    const entries = zipEntries(path);
    deepEqual(entries.map(({ name, size }) => [name, size]), [
      ["a/packed.so", 200_000],
      ["a/stored.so", 199_000],
      ["a/empty", 0],
      ["a/empty_stored", 0],
    ]);
    for (const entry of entries) {
      const to = join(folder, "unpacked");
      await unpackEntry(path, entry, to);
      const content = Deno.readFileSync(to);
      equal(content.every((byte, i) => byte === FILES[entry.name as keyof typeof FILES][i]), true);
      equal(content.length, entry.size);
    }
  }));

Deno.test("a comment behind the directory is no matter", () =>
  withFile(
    new Uint8Array([...zipFile(FILES), ...new TextEncoder().encode("a comment")]),
    (path) => {
      equal(zipEntries(path).length, 4);
    },
  ));

Deno.test("what is no archive, or was cut off, is refused with its name", async () => {
  const archive = zipFile(FILES);
  await withFile(archive.slice(0, 5000), (path) => {
    throws(
      () => zipEntries(path),
      new StoreError("archive.zip: expected a ZIP archive, got no directory at its end"),
    );
  });
  await withFile(archive.slice(100), (path) => {
    throws(() => zipEntries(path), /a directory that ends too early/);
  });
  await withFile(archive, async (path, folder) => {
    const [entry] = zipEntries(path);
    const to = join(folder, "unpacked");
    await rejects(
      unpackEntry(path, { ...entry!, offset: 7 }, to),
      /no file where a\/packed\.so should begin/,
    );
    await rejects(
      unpackEntry(path, { ...entry!, size: 7 }, to),
      /200000 bytes of a\/packed\.so instead of 7/,
    );
  });
});
