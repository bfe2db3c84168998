/** ZIP archives for tests. */
import { deflateRawSync } from "node:zlib";

/** The bytes of an archive with these files, every second of them stored as it is. */
export function zipFile(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [], directory: Uint8Array[] = [];
  let offset = 0;
  Object.entries(files).forEach(([path, content], i) => {
    const name = new TextEncoder().encode(path);
    const packed = i % 2 === 0 ? deflateRawSync(content) : content;
    const fields = (view: DataView, at: number) => {
      view.setUint16(at, i % 2 === 0 ? 8 : 0, true);
      view.setUint32(at + 10, packed.length, true);
      view.setUint32(at + 14, content.length, true);
      view.setUint16(at + 18, name.length, true);
    };
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    fields(local, 8);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    fields(central, 10);
    central.setUint32(42, offset, true);
    parts.push(new Uint8Array(local.buffer), name, packed);
    directory.push(new Uint8Array(central.buffer), name);
    offset += 30 + name.length + packed.length;
  });
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, directory.length / 2, true);
  end.setUint32(12, directory.reduce((sum, part) => sum + part.length, 0), true);
  end.setUint32(16, offset, true);
  return concatenated([...parts, ...directory, new Uint8Array(end.buffer)]);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    bytes.set(part, at);
    return at + part.length;
  }, 0);
  return bytes;
}
