/** Takes libraries out of a wheel of a Python index. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { StoreError } from "../core/errors.ts";
import { ask, type IndexedFile, shown } from "./python_index.ts";
import { unpackEntry, zipEntries } from "./zip_archive.ts";

/**
 * Downloads `wheel` and puts the files called `names`, from wherever they are in it, into `folder`; a name may begin
 * with folders, which it then keeps. They appear there
 * whole, after the wheel's sha256 was found to be what the index says, or not at all; nothing else is left behind.
 *
 * Errors: a {@link StoreError} for a wrong sha256, a damaged wheel, or one without such a file.
 *
 * @returns bytes of the wheel
 */
export async function installWheel(
  wheel: IndexedFile,
  names: readonly string[],
  folder: string,
): Promise<number> {
  const part = (name: string) => join(folder, `.${name.replaceAll("/", "-")}.${Deno.pid}.part`);
  const download = part(wheel.name);
  const unpacked: string[] = [];
  try {
    const bytes = await downloadFile(wheel, download);
    const entries = zipEntries(download);
    for (const name of names) {
      const entry = entries.find((entry) => `/${entry.name}`.endsWith(`/${name}`));
      if (entry === undefined) {
        throw new StoreError(
          `${wheel.name}: expected ${name} in it, got ${entries.length} other files`,
        );
      }
      unpacked.push(name);
      await unpackEntry(download, entry, part(name));
    }
    for (const name of names) {
      const path = join(folder, name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.renameSync(part(name), path);
    }
    return bytes;
  } finally {
    for (const path of [download, ...unpacked.map(part)]) removeIfThere(path);
  }
}

/** Writes what is at the file's address to `path`; returns its bytes. */
async function downloadFile({ name, url, sha256 }: IndexedFile, path: string): Promise<number> {
  const { body } = await ask(url);
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let sent = 0; sent < chunk.length;) sent += file.writeSync(chunk.subarray(sent));
    }
  } catch (error) {
    throw new StoreError(
      `${name}: cannot download ${shown(url)}: ${
        (error as Error).message
      }; give the same command again`,
      { cause: error },
    );
  }
  const got = hash.digest("hex");
  if (got !== sha256) {
    throw new StoreError(
      `${name}: expected sha256 ${sha256}, as the index says, got ${got} from ${
        shown(url)
      }; nothing was installed from it`,
    );
  }
  return bytes;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
