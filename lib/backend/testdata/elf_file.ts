/** Shared libraries as small as they get: what a dynamic section says, without any code. */

/** What {@link elfFile} puts into the dynamic section. */
export interface ElfParts {
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
}

/** The bytes of an ELF-64 library of this machine's kind: a header, two segments, names, a dynamic section. */
export function elfFile({ soname, needed = [], runpath }: ElfParts): Uint8Array<ArrayBuffer> {
  let names = "\0";
  const name = (text: string) => {
    const at = names.length;
    names += `${text}\0`;
    return BigInt(at);
  };
  const entries: [bigint, bigint][] = needed.map((text) => [1n, name(text)]);
  if (soname !== undefined) entries.push([14n, name(soname)]);
  if (runpath !== undefined) entries.push([29n, name(runpath)]);
  const strings = 64 + 2 * 56; // behind the header and the two segments
  entries.push([5n, BigInt(strings)], [10n, BigInt(names.length)], [0n, 0n]);
  const dynamic = strings + Math.ceil(names.length / 8) * 8;
  const size = dynamic + 16 * entries.length;

  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, 0x7f454c46);
  view.setUint16(4, 0x0201);
  view.setUint16(18, Deno.build.arch === "x86_64" ? 62 : 183, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const segment = (at: number, type: number, offset: number, length: number) => {
    view.setUint32(at, type, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(length), true);
  };
  segment(64, 1, 0, size);
  segment(64 + 56, 2, dynamic, 16 * entries.length);
  entries.forEach(([tag, value], i) => {
    view.setBigUint64(dynamic + 16 * i, tag, true);
    view.setBigUint64(dynamic + 16 * i + 8, value, true);
  });
  const bytes = new Uint8Array(view.buffer);
  bytes.set(new TextEncoder().encode(names), strings);
  return bytes;
}
